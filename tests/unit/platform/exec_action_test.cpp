// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/exec_action.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/platform/action_fixture.h"

namespace beckon::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ExecActionTest : public ActionTest {
 protected:
  void SetUp() override {
    ActionTest::SetUp();
    char name[] = "/tmp/beckon-exec-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
    type_.set_processes(*processes_);
  }
  void TearDown() override {
    std::filesystem::remove_all(directory_);
    ActionTest::TearDown();
  }
  // Runs `sh -c script sh arguments…` in the test's folder.
  base::Status shell(const std::string& script, const std::string& more = "",
                     const std::string& data = R"({"title":"hi"})") {
    auto action =
        make(type_, R"({"type":"exec","directory":")" + directory_ + R"(","command":["sh","-c",")" +
                        script + R"(","sh")" + more + "}");
    EXPECT_TRUE(action) << (errors_.empty() ? "" : errors_[0]);
    return action ? run_action(*action, data) : base::Status{};
  }
  std::string content(const char* name) {
    std::ifstream in(directory_ + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string directory_;
  ExecActionType type_{base::null_log()};
};

TEST_F(ExecActionTest, TheEventIsStandardInputAndStandsInTheEnvironment) {
  setenv("BECKON_TEST_SECRET", "do not pass", 1);
  setenv("SECRET_TOKEN", "do not pass", 1);
  ASSERT_TRUE(shell("cat > in; env > env", R"(],"environment":{"TITLE":"<${data.title}>"})"));
  EXPECT_EQ(content("in"),
            R"({"type":"event","stream":"k3f9","seq":44,"id":"9f3c","name":"door.opened",)"
            R"("time":"2026-11-21T07:00:00Z","data":{"title":"hi"},)"
            R"("received_at":"1970-01-01T00:00:00.000Z"})"
            "\n");
  const std::string environment = content("env");
  for (const char* line : {"BECKON_ID=9f3c\n", "BECKON_NAME=door.opened\n", "BECKON_SEQ=44\n",
                           "BECKON_STREAM=k3f9\n", "BECKON_TIME=2026-11-21T07:00:00Z\n",
                           "BECKON_DATA={\"title\":\"hi\"}\n", "BECKON_TITLE=<hi>\n", "PATH="}) {
    EXPECT_THAT(environment, HasSubstr(line));
  }
  EXPECT_THAT(environment, Not(HasSubstr("do not pass")));
}

TEST_F(ExecActionTest, NamedVariablesAreInherited) {
  setenv("SECRET_TOKEN", "wanted", 1);
  ASSERT_TRUE(shell("echo $SECRET_TOKEN > out", R"(],"inherit":["SECRET_TOKEN"])"));
  EXPECT_EQ(content("out"), "wanted\n");
}

TEST_F(ExecActionTest, AnArgumentIsNeverSplitOrInterpreted) {
  ASSERT_TRUE(shell(R"(echo $# > out; printf %s \"$1\" >> out)", R"(,"${data.title}"])",
                    R"({"title":"a b; $(touch pwned) `id` ${name} *"})"));
  EXPECT_EQ(content("out"), "1\na b; $(touch pwned) `id` ${name} *");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/pwned"));
}

TEST_F(ExecActionTest, AnEventCannotPassAnOption) {
  const base::Status refused = shell("touch ran", R"(,"${data.title}"])", R"({"title":"--evil"})");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("begins with \"-\""));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/ran"));
  EXPECT_TRUE(shell("touch ran", R"(,"--","${data.title}"])", R"({"title":"--evil"})"));
  EXPECT_TRUE(shell("touch ran", R"(,"--title=${data.title}"])", R"({"title":"--evil"})"));
}

TEST_F(ExecActionTest, AMissingFieldAndANulByteFailTheRun) {
  EXPECT_EQ(shell("touch ran", R"(,"${data.none}"])").error().message,
            "the event has no data.none");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/ran"));
}

TEST_F(ExecActionTest, ATimeLimitFailsTheRun) {
  EXPECT_EQ(shell("exec sleep 30", R"(],"timeout":"100ms","kill_after":"100ms")").error().message,
            "timeout");
}

TEST_F(ExecActionTest, AProgramThatIsNotThereFailsTheRun) {
  auto action = make(type_, R"({"type":"exec","command":["/nowhere"]})");
  ASSERT_TRUE(action);
  EXPECT_THAT(run_action(*action).error().message, HasSubstr("cannot run /nowhere"));
}

TEST_F(ExecActionTest, EveryMistakeInTheConfigurationIsNamed) {
  const struct {
    const char* config;
    const char* error;
  } cases[] = {
      {R"({"type":"exec"})", "action.command: expected a list of the program and its arguments"},
      {R"({"type":"exec","command":"ls -l"})", "action.command: expected an array, got \"ls -l\""},
      {R"({"type":"exec","command":[]})",
       "action.command: expected a program and its arguments, got an empty array"},
      {R"({"type":"exec","command":[1]})", "action.command[0]: expected a string, got 1"},
      {R"({"type":"exec","command":["${data.program}"]})", "an event cannot choose the program"},
      {R"({"type":"exec","command":["x","${HOME}"]})", "action.command[1]: \"HOME\" is no field"},
      {R"({"type":"exec","command":["x"],"timeout":"1ms"})", "action.timeout: expected a duration"},
      {R"({"type":"exec","command":["x"],"environment":{"A B":"x"}})",
       "action.environment.A B: expected a name"},
      {R"({"type":"exec","command":["x"],"shell":true})", "action.shell: unknown"},
  };
  for (const auto& one : cases) {
    EXPECT_FALSE(make(type_, one.config)) << one.config;
    EXPECT_THAT(errors_, ElementsAre(HasSubstr(one.error)));
  }
}

}  // namespace
}  // namespace beckon::platform
