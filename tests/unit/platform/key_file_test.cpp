// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/key_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "platform/linux/identity.h"
#include "tests/support/temporary_folder.h"

namespace beckon::platform {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class KeyFileTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_ + "/device.key"; }
  std::string content() const {
    std::ifstream file(path());
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string why_not() const {
    const auto key = read_key_file(path());
    return key ? "read" : key.error().message;
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

  tests::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

TEST_F(KeyFileTest, IsMadeForItsOwnerAloneWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0777U}) {
    const mode_t before = umask(static_cast<mode_t>(mask));
    const auto made = make_key_file(path());
    umask(before);
    ASSERT_TRUE(made) << made.error().message;
    struct stat found{};
    ASSERT_EQ(stat(path().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600U);
    const auto read = read_key_file(path());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->public_key(), made->public_key());
    EXPECT_EQ(files(), 1U) << "nothing else is left";
    unlink(path().c_str());
  }
}

TEST_F(KeyFileTest, NoneIsMadeWhereItWouldBeRefused) {
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  const auto made = make_key_file(path());
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("anybody could replace the files in it; chmod o-w"));
  EXPECT_EQ(files(), 0U);
}

TEST_F(KeyFileTest, AKeyThatAnybodyCouldReplaceIsRefused) {
  ASSERT_TRUE(make_key_file(path()));
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  EXPECT_THAT(why_not(), HasSubstr("the folder " + folder_ + " has mode 0777"));
  ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);
  EXPECT_EQ(why_not(), "read");
}

TEST_F(KeyFileTest, NothingThatIsThereIsEverOverwritten) {
  ASSERT_TRUE(make_key_file(path()));
  const std::string before = content();
  const auto again = make_key_file(path());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::kAlreadyExists);
  EXPECT_THAT(again.error().message, HasSubstr("is there already and is left as it is"));
  EXPECT_EQ(content(), before);
  EXPECT_EQ(files(), 1U);
  // Nor is a dangling link followed to where it points.
  unlink(path().c_str());
  ASSERT_EQ(symlink((folder_ + "/elsewhere").c_str(), path().c_str()), 0);
  EXPECT_FALSE(make_key_file(path()));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/elsewhere"));
}

TEST_F(KeyFileTest, AFolderThatIsNotThereIsNamed) {
  const auto made = make_key_file(folder_ + "/none/device.key");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("No such file or directory"));
}

TEST_F(KeyFileTest, AKeyThatOthersCanReadOrChangeIsRefused) {
  ASSERT_TRUE(make_key_file(path()));
  for (const auto& [mode, word] : {std::pair{0644, "read"},
                                   {0640, "read"},
                                   {0604, "read"},
                                   {0620, "change"},
                                   {0602, "change"},
                                   {0666, "change"}}) {
    ASSERT_EQ(chmod(path().c_str(), static_cast<mode_t>(mode)), 0);
    char text[8];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode));
    EXPECT_THAT(why_not(), HasSubstr(std::string("has mode ") + text));
    EXPECT_THAT(why_not(), HasSubstr(std::string("others than its owner can ") + word));
    EXPECT_THAT(why_not(), HasSubstr("chmod 600 " + path()));
  }
  for (const mode_t mode : {0600U, 0400U}) {
    ASSERT_EQ(chmod(path().c_str(), mode), 0);
    EXPECT_EQ(why_not(), "read");
  }
}

TEST_F(KeyFileTest, WhatIsNoKeyIsSaidWithTheFilesName) {
  EXPECT_THAT(why_not(), HasSubstr("cannot read " + path()));
  std::ofstream(path()) << "hello";
  ASSERT_EQ(chmod(path().c_str(), 0600), 0);
  EXPECT_THAT(why_not(), HasSubstr(path() + ": expected an EC P-256 private key in PEM"));
  unlink(path().c_str());
  ASSERT_EQ(mkfifo(path().c_str(), 0600), 0);
  EXPECT_THAT(why_not(), HasSubstr("is not a file"));
}

TEST_F(KeyFileTest, TheConfigurationsKeyIsLoadedAndItsMistakeNamed) {
  agent::Config config;
  config.url = "ws://127.0.0.1:1/dev";
  config.device = "laptop";
  const auto none = load_identity(config, "agent.json: key");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none) << "no key, no identity of our own";
  config.key_file = path();
  const auto missing = load_identity(config, "agent.json: key");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, StartsWith("agent.json: key: cannot read"));
  const auto made = make_key_file(path());
  ASSERT_TRUE(made);
  const auto loaded = load_identity(config, "agent.json: key");
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ((*loaded)->public_key(), made->public_key());
}

// Hears what an attempt came to, and passes on everything.
class Recorder final : public agent::TransportObserver {
 public:
  void opened(agent::Attempt) override { ++calls; }
  void failed(agent::Attempt, int, std::string_view) override { ++calls; }
  void closed(agent::Attempt, std::uint16_t, std::string_view) override { ++calls; }
  void message(agent::Attempt, std::string_view) override { ++calls; }
  void oversized(agent::Attempt) override { ++calls; }
  int calls = 0;
};

TEST(ClaimNotice, ShowsTheCodeOnlyAfterTheBackendHasSeenTheKey) {
  Recorder next;
  std::vector<std::string> shown;
  ClaimNotice notice(next, "ABCD-1234", base::null_log(),
                     [&](const std::string& code) { shown.push_back(code); });
  notice.failed(1, 0, "no network");
  notice.failed(2, 401, "");
  notice.opened(3);
  notice.message(3, "{}");
  notice.oversized(3);
  notice.closed(3, 1000, "");
  EXPECT_TRUE(shown.empty());
  notice.failed(4, 403, "");
  EXPECT_EQ(shown, std::vector<std::string>{"ABCD-1234"});
  EXPECT_EQ(next.calls, 7);
}

}  // namespace
}  // namespace beckon::platform
