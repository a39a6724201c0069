// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "platform/linux/actions/file_action.h"
#include "platform/linux/actions/log_action.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/platform/action_fixture.h"

namespace beckon::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ListLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view module, std::string_view text) override {
    lines.push_back(std::string(to_string(level)) + " " + std::string(module) + " " +
                    std::string(text));
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

class ActionsTest : public ActionTest {
 protected:
  tests::TemporaryFolder temporary_;
  const std::string directory_ = temporary_.path();
};

TEST_F(ActionsTest, LogWritesALineAtItsLevel) {
  ListLog log;
  LogActionType type(log);
  auto action = make(type, R"({"type":"log","level":"warning","text":"${name}: ${data.title}"})");
  ASSERT_TRUE(action);
  EXPECT_TRUE(run_action(*action));
  EXPECT_THAT(log.lines, ElementsAre("warning event door.opened: hi"));
  EXPECT_FALSE(run_action(*action, "{}"));
}

TEST_F(ActionsTest, LogWithoutATextSaysWhatCame) {
  ListLog log;
  LogActionType type(log);
  auto action = make(type, R"({"type":"log"})");
  ASSERT_TRUE(action);
  EXPECT_TRUE(run_action(*action));
  EXPECT_THAT(log.lines, ElementsAre(R"(info event 44 door.opened {"title":"hi"})"));
}

TEST_F(ActionsTest, FileAppendsALine) {
  FileActionType type;
  auto json_lines = make(type, R"({"type":"file","path":")" + directory_ + R"(/f"})");
  auto texts =
      make(type, R"({"type":"file","path":")" + directory_ + R"(/f","text":"${data.title}"})");
  ASSERT_TRUE(json_lines && texts);
  EXPECT_TRUE(run_action(*json_lines));
  EXPECT_TRUE(run_action(*texts));
  std::ifstream in(directory_ + "/f");
  std::string first;
  std::string second;
  std::getline(in, first);
  std::getline(in, second);
  EXPECT_THAT(first, HasSubstr(R"("seq":44)"));
  EXPECT_EQ(second, "hi");
}

TEST_F(ActionsTest, FileSaysWhyItFailed) {
  FileActionType type;
  auto action = make(type, R"({"type":"file","path":")" + directory_ + R"(/none/f"})");
  ASSERT_TRUE(action);
  EXPECT_THAT(run_action(*action).error().message, HasSubstr("cannot open " + directory_));
  action = make(type, R"({"type":"file","path":"/dev/full"})");
  ASSERT_TRUE(action);
  EXPECT_THAT(run_action(*action).error().message, HasSubstr("No space left"));
}

TEST_F(ActionsTest, AnEventNamesAFileAndCanLeadNowhereElse) {
  FileActionType type;
  std::filesystem::create_directory(directory_ + "/in");
  const std::string path = R"({"type":"file","text":"x","path":")" + directory_ + "/in/";
  auto whole = make(type, path + R"(${data.title}"})");
  auto part = make(type, path + R"(.${data.title}"})");
  auto two = make(type, path + R"(${data.title}${data.end|.}"})");
  ASSERT_TRUE(whole && part && two);
  EXPECT_TRUE(run_action(*whole));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/in/hi"));
  EXPECT_TRUE(run_action(*whole, R"({"title":"a b; $(id) ${name} -rf ü"})"));
  for (const char* value : {"../out", "..", "/etc/x", "a/b", "a..b", "", "a\\nb", "."}) {
    const std::string data = std::string(R"({"title":")") + value + R"("})";
    EXPECT_FALSE(run_action(*whole, data)) << value;
  }
  EXPECT_FALSE(run_action(*whole, R"({"title":")" + std::string(256, 'x') + R"("})"));
  EXPECT_FALSE(run_action(*part, R"({"title":"."})")) << "a name made of several pieces";
  EXPECT_FALSE(run_action(*two, R"({"title":"."})"));
  EXPECT_THAT(run_action(*whole, R"({"title":"a/b"})").error().message,
              HasSubstr("data.title cannot stand in a file's name"));
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(files, 2U);
}

TEST_F(ActionsTest, ALinkSomebodyPutThereIsNotFollowed) {
  FileActionType type;
  auto action = make(type, R"({"type":"file","path":")" + directory_ + R"(/link"})");
  ASSERT_TRUE(action);
  std::filesystem::create_symlink(directory_ + "/victim", directory_ + "/link");
  const base::Status outcome = run_action(*action);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("it is a symbolic link"));
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/victim"));
}

TEST_F(ActionsTest, FileWantsAnAbsolutePath) {
  FileActionType type;
  EXPECT_FALSE(make(type, R"({"type":"file","path":"f"})"));
  EXPECT_THAT(errors_, ElementsAre("action.path: expected an absolute path, got \"f\""));
  EXPECT_FALSE(make(type, R"({"type":"file","path":"${data.path}"})"));
  EXPECT_THAT(errors_, ElementsAre("action.path: expected an absolute path, got \"…\""));
  EXPECT_FALSE(make(type, R"({"type":"file","path":"/a/${name}/b"})"));
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("an event can name the file, not a folder")));
  EXPECT_FALSE(make(type, R"({"type":"file"})"));
  EXPECT_THAT(errors_, ElementsAre("action.path: expected an absolute path, but it is missing"));
}

}  // namespace
}  // namespace beckon::platform
