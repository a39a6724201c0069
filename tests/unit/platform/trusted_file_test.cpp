// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/trusted_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace beckon::platform {
namespace {

using ::testing::HasSubstr;

class TrustedFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(path_) << "{}";
    ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  }
  std::string refusal(const std::string& path) {
    const auto text = read_trusted_file(path, 1000);
    return text ? "none, and read " + *text : text.error().message;
  }

  tests::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string path_ = folder_ + "/agent.json";
};

TEST_F(TrustedFile, AFileThatOnlyItsOwnerCanWriteIsRead) {
  EXPECT_EQ(read_trusted_file(path_, 1000), "{}");
  EXPECT_THAT(refusal(folder_ + "/none"), HasSubstr("cannot read " + folder_ + "/none: No such"));
}

TEST_F(TrustedFile, AFileThatOthersCanWriteIsRefusedWithTheCommandThatMendsIt) {
  for (const mode_t mode : {0664U, 0646U, 0666U}) {
    ASSERT_EQ(chmod(path_.c_str(), mode), 0);
    EXPECT_THAT(refusal(path_), HasSubstr("chmod go-w " + path_)) << std::oct << mode;
  }
}

TEST_F(TrustedFile, AFolderInWhichEverybodyCanReplaceItIsRefused) {
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  EXPECT_THAT(refusal(path_), HasSubstr("chmod o-w " + folder_));
  ASSERT_EQ(chmod(folder_.c_str(), 01777), 0);
  EXPECT_EQ(read_trusted_file(path_, 1000), "{}")
      << "sticky: nobody can replace what is not theirs";
}

TEST_F(TrustedFile, AFolderAboveInWhichEverybodyCanReplaceTheFolderIsRefused) {
  const std::string inner = folder_ + "/a/b";
  std::filesystem::create_directories(inner);
  std::filesystem::copy_file(path_, inner + "/agent.json");
  EXPECT_EQ(read_trusted_file(inner + "/agent.json", 1000), "{}");
  ASSERT_EQ(chmod(folder_.c_str(), 0777), 0);
  EXPECT_THAT(refusal(inner + "/agent.json"), HasSubstr("chmod o-w " + folder_));
}

TEST_F(TrustedFile, AFolderOfAnotherUserIsRefused) {
  if (geteuid() == 0) {
    ASSERT_EQ(chown(folder_.c_str(), 12345, 12345), 0);
    EXPECT_THAT(refusal(path_), HasSubstr(folder_ + " belongs to user 12345"));
  } else {
    EXPECT_TRUE(check_folder("/etc/passwd")) << "only root can give a folder away; root's is fine";
  }
}

TEST_F(TrustedFile, WhatALinkLeadsToIsLookedAtToo) {
  const std::string link = folder_ + "/link";
  std::filesystem::create_directory(folder_ + "/open");
  std::filesystem::copy_file(path_, folder_ + "/open/agent.json");
  std::filesystem::create_symlink(folder_ + "/open/agent.json", link);
  EXPECT_EQ(read_trusted_file(link, 1000), "{}");
  ASSERT_EQ(chmod((folder_ + "/open").c_str(), 0777), 0);
  EXPECT_THAT(refusal(link), HasSubstr("the folder " + folder_ + "/open has mode 0777"));
}

TEST_F(TrustedFile, AFileOfAnotherUserIsRefused) {
  struct stat found{};
  found.st_mode = S_IFREG | 0644;
  found.st_uid = geteuid() + 1;
  const auto owned = check_only_owner_writes(found, path_);
  ASSERT_FALSE(owned);
  EXPECT_THAT(owned.error().message, HasSubstr("chown " + std::to_string(geteuid())));
  found.st_uid = 0;
  EXPECT_TRUE(check_only_owner_writes(found, path_)) << "root's is everybody's";
}

}  // namespace
}  // namespace beckon::platform
