// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/exec_action.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"
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
    type_.set_processes(*processes_);
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

  tests::TemporaryFolder temporary_;
  const std::string directory_ = temporary_.path();
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

// The command behind "--": it gets the agent's own environment, which may hold variables of another
// event, where an agent is started by a command.
TEST_F(ExecActionTest, WhatInheritsAllGetsTheEventsOwnVariablesAndNoStaleOnes) {
  setenv("SECRET_TOKEN", "wanted", 1);
  setenv("BECKON_NAME", "stale", 1);
  setenv("BECKON_TITLE", "stale", 1);
  ExecSettings settings;
  for (const char* word : {"sh", "-c", "env > env"}) {
    settings.command.push_back(*agent::Template::parse(word));
  }
  settings.directory = directory_;
  settings.inherit_all = true;
  ASSERT_TRUE(run_action(*type_.make(std::move(settings))));
  for (const char* name : {"BECKON_NAME", "BECKON_TITLE"}) unsetenv(name);
  EXPECT_THAT(content("env"), HasSubstr("SECRET_TOKEN=wanted\n"));
  EXPECT_THAT(content("env"), HasSubstr("BECKON_NAME=door.opened\n"));
  EXPECT_THAT(content("env"), Not(HasSubstr("stale")));
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

TEST_F(ExecActionTest, WhatIsTooLargeForACommandFailsTheRun) {
  const std::string fits = R"({"title":")" + std::string(kArgumentBytesMax, 'x') + R"("})";
  const std::string large = R"({"title":")" + std::string(kArgumentBytesMax + 1, 'x') + R"("})";
  EXPECT_TRUE(shell("true", R"(,"${data.title}"])", fits));
  const base::Status one = shell("touch ran", R"(,"${data.title}"])", large);
  ASSERT_FALSE(one);
  EXPECT_THAT(one.error().message, HasSubstr("argument 4 has 8193 bytes, more than 8192"));
  // As variables they fit, until all together are too many.
  EXPECT_TRUE(shell("true", R"(],"environment":{"A":"${data.title}"})", large));
  const base::Status all = shell("touch ran",
                                 R"(],"environment":{"A":"${data}${data}",)"
                                 R"("B":"${data}${data}${data}","C":"${data}${data}"})",
                                 large);
  ASSERT_FALSE(all);
  EXPECT_THAT(all.error().message, HasSubstr("bytes of arguments and variables, more than 65536"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/ran"));
}

TEST_F(ExecActionTest, NamesInAnEventNeverBecomeNamesOfVariables) {
  ASSERT_TRUE(shell(
      "echo $${LD_PRELOAD-none} > out; printf %s \\\"$BECKON_TITLE\\\" >> out; echo $PATH > path",
      R"(],"environment":{"TITLE":"${data.title}"})",
      R"({"title":"x\nLD_PRELOAD=/evil","PATH":"/evil","LD_PRELOAD":"/evil"})"));
  EXPECT_EQ(content("out"), "none\nx\nLD_PRELOAD=/evil");
  EXPECT_THAT(content("path"), Not(HasSubstr("/evil")));
}

TEST_F(ExecActionTest, ACommandSeesNoDescriptorButItsThree) {
  const int leaked = open("/dev/null", O_RDONLY);  // not close-on-exec, as a library might do
  ASSERT_GT(leaked, 2);
  ASSERT_TRUE(shell("exec > fds; ls /proc/$$/fd; true", "]"));
  close(leaked);
  EXPECT_EQ(content("fds"), "0\n1\n2\n");
}

TEST_F(ExecActionTest, AMissingFieldFailsTheRun) {
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
      {R"({"type":"exec","command":["${data.program}"]})",
       "action.command[0]: expected a program's name or path; an event cannot choose the program"},
      {R"({"type":"exec","command":["/opt/${data.program}"]})",
       "an event cannot choose the program"},
      {R"({"type":"exec","command":[""]})", "action.command[0]: expected a program's name or path"},
      {R"({"type":"exec","command":["x","-${data.flag}"]})",
       "action.command[1]: an event cannot choose an option"},
      {R"({"type":"exec","command":["x","--${data.flag}"]})", "an event cannot choose an option"},
      {R"({"type":"exec","command":["x","--out${data.flag}"]})",
       "an event cannot choose an option"},
      {R"({"type":"exec","command":["x"],"environment":{"DATA":"x"}})",
       "action.environment.DATA: BECKON_DATA is set for every command"},
      {R"({"type":"exec","command":["x"],"inherit":["BECKON_DATA"]})",
       "action.inherit: expected names of variables that do not begin with BECKON_"},
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

TEST_F(ExecActionTest, AnEventIsNeverAShellsScript) {
  const char* const refused[] = {
      R"(["sh","-c","echo ${data.title}"])",
      R"(["/bin/bash","-e","-o","pipefail","-c","echo ${data.title}"])",
      R"(["bash","-ec","${data.script}"])",
      R"(["bash","-euo","pipefail","-c","${data.script}"])",
      R"(["env","bash","-euo","pipefail","-c","${data.script}"])",
      R"(["bash","+O","extglob","-c","${data.script}"])",
      R"(["bash","--rcfile","/opt/rc","-c","${data.script}"])",
      R"(["bash","--init-file","/opt/rc","${data.file}"])",
      R"(["bash","+c","${data.script}"])",
      R"(["bash","+s","x"])",
      R"(["env","A=b","sh","-c","${data.script}"])",
      R"(["sh","${data.file}"])",
      R"(["sh"])",
      R"(["dash","-s"])",
      R"(["sh","-s","x"])",
  };
  for (const char* command : refused) {
    EXPECT_FALSE(make(type_, std::string(R"({"type":"exec","command":)") + command + "}"))
        << command;
    EXPECT_THAT(errors_, ElementsAre(HasSubstr("shell"))) << command;
  }
  for (const char* command :
       {R"(["sh","-c","echo \"$1\"","sh","${data.title}"])",
        R"(["bash","-euo","pipefail","-c","echo \"$1\"","sh","${data.title}"])",
        R"(["x","-n${data.title}","--out=${data.title}"])",
        R"(["sh","/opt/script","${data.title}"])", R"(["notify-send","sh","${data.title}"])",
        R"(["pgrep","-f","bash"])"}) {
    EXPECT_TRUE(make(type_, std::string(R"({"type":"exec","command":)") + command + "}"))
        << command;
  }
}

// The pattern that the error proposes: whatever the text is, it stays a text.
TEST_F(ExecActionTest, AScriptReadsTheEventFromItsEnvironment) {
  ASSERT_TRUE(shell(R"(printf %s \"$BECKON_TITLE\" > out)",
                    R"(],"environment":{"TITLE":"${data.title}"})",
                    R"({"title":"\"; touch pwned; $(touch pwned) `touch pwned`"})"));
  EXPECT_EQ(content("out"), "\"; touch pwned; $(touch pwned) `touch pwned`");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/pwned"));
}

class WarningLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view, std::string_view text) override {
    if (level == base::LogLevel::kWarning) warnings.emplace_back(text);
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> warnings;
};

// Otherwise a mistyped name is known at the first event only, which may be months away.
TEST_F(ExecActionTest, AProgramThatIsNotThereIsAWarningWhenTheActionIsMade) {
  const std::string file = directory_ + "/program";
  std::ofstream(file) << "#!/bin/sh\n";
  WarningLog log;
  ExecActionType type(log);
  const auto warnings_for = [&](const std::string& program, const std::string& more = "") {
    log.warnings.clear();
    EXPECT_TRUE(make(type, R"({"type":"exec","command":[")" + program + "\"]" + more + "}"));
    return log.warnings;
  };
  EXPECT_THAT(warnings_for("no-such-program"),
              ElementsAre(HasSubstr("no-such-program cannot be run now: in no folder of PATH;")));
  EXPECT_THAT(warnings_for(file),
              ElementsAre(HasSubstr(file + " cannot be run now: no file that this user may run")));
  EXPECT_THAT(warnings_for(directory_), ElementsAre(HasSubstr("no file that ")));
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  EXPECT_THAT(warnings_for(file), ElementsAre());
  EXPECT_THAT(warnings_for("true"), ElementsAre());
  EXPECT_THAT(warnings_for("./program"), ElementsAre(HasSubstr("./program cannot be run now")));
  EXPECT_THAT(warnings_for("./program", R"(,"directory":")" + directory_ + "\""), ElementsAre())
      << "it starts in that folder";
}

}  // namespace
}  // namespace beckon::platform
