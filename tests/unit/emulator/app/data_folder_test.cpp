// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/data_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace beckon::emulator {
namespace {

unsigned mode_of(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777U : 0U;
}

class DataFolder : public ::testing::Test {
 protected:
  tests::TemporaryFolder temporary_;
  const std::string top_ = temporary_.path();
};

TEST_F(DataFolder, WhatIsMadeIsItsOwnersAlone) {
  const mode_t before = umask(0);
  EXPECT_TRUE(make_data_folder(top_ + "/a/b/"));
  umask(before);
  EXPECT_EQ(mode_of(top_ + "/a"), 0700U);
  EXPECT_EQ(mode_of(top_ + "/a/b"), 0700U);
}

TEST_F(DataFolder, OneThatIsThereKeepsItsModeAndAFileInTheWayIsNamed) {
  ASSERT_EQ(chmod(top_.c_str(), 0755), 0);
  EXPECT_TRUE(make_data_folder(top_));
  EXPECT_EQ(mode_of(top_), 0755U);
  const std::string file = top_ + "/file";
  std::ofstream(file) << "x";
  for (const std::string& path : {file, file + "/data"}) {
    const auto made = make_data_folder(path);
    ASSERT_FALSE(made);
    EXPECT_NE(made.error().message.find(path), std::string::npos) << made.error().message;
    EXPECT_NE(made.error().message.find("Not a directory"), std::string::npos);
  }
}

}  // namespace
}  // namespace beckon::emulator
