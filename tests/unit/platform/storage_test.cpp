// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/storage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace beckon::platform {
namespace {

using ::testing::HasSubstr;

class StorageTest : public ::testing::Test {
 protected:
  tests::TemporaryFolder temporary_;
  const std::string directory_ = temporary_.path();
};

TEST_F(StorageTest, WhatWasPutIsThereForTheNextProcess) {
  ASSERT_TRUE(FileStorage(directory_ + "/a/b").put("cursor", "ep:1"));
  ASSERT_TRUE(FileStorage(directory_ + "/a/b").put("cursor", "ep:2"));
  EXPECT_EQ(FileStorage(directory_ + "/a/b").get("cursor").value(), "ep:2");
  struct stat info{};
  ASSERT_EQ(stat((directory_ + "/a/b/cursor").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(StorageTest, NothingIsNoError) {
  EXPECT_EQ(FileStorage(directory_).get("cursor").value(), std::nullopt);
  EXPECT_EQ(FileStorage(directory_ + "/none").get("cursor").value(), std::nullopt);
}

// A torn or edited file at every possible length.
TEST_F(StorageTest, EveryDamagedFileIsNoticed) {
  FileStorage storage(directory_);
  ASSERT_TRUE(storage.put("cursor", "ep:12345"));
  const std::string path = directory_ + "/cursor";
  std::ifstream in(path);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::ofstream(path, std::ios::trunc) << whole.substr(0, length);
    EXPECT_FALSE(storage.get("cursor")) << "cut to " << length;
    std::string changed = whole;
    changed[length] = static_cast<char>(changed[length] ^ 1);
    std::ofstream(path, std::ios::trunc) << changed;
    EXPECT_FALSE(storage.get("cursor")) << "changed at " << length;
  }
  std::ofstream(path, std::ios::trunc) << whole;
  EXPECT_TRUE(storage.get("cursor"));
}

TEST_F(StorageTest, AHalfWrittenNewFileLeavesTheOldOne) {
  FileStorage storage(directory_);
  ASSERT_TRUE(storage.put("cursor", "ep:1"));
  std::ofstream(directory_ + "/cursor.new") << "ep:";
  EXPECT_EQ(storage.get("cursor").value(), "ep:1");
  ASSERT_TRUE(storage.put("cursor", "ep:2"));
  EXPECT_EQ(storage.get("cursor").value(), "ep:2");
}

TEST_F(StorageTest, AFailureNamesTheFileAndTheReason) {
  std::ofstream(directory_ + "/file") << "x";
  const base::Status put = FileStorage(directory_ + "/file").put("cursor", "ep:1");
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, base::ErrorCode::kIo);
  EXPECT_THAT(put.error().message, HasSubstr(directory_ + "/file"));
  EXPECT_FALSE(FileStorage(directory_ + "/file").prepare());
}

// Whoever can put files there can put an old cursor or memory of signed events in place of the new.
TEST_F(StorageTest, AFolderThatOthersCanWriteIsRefusedAtStart) {
  for (const mode_t mode : {0777U, 0775U, 0702U, 01777U}) {
    ASSERT_EQ(chmod(directory_.c_str(), mode), 0);
    const base::Status prepared = FileStorage(directory_).prepare();
    ASSERT_FALSE(prepared) << std::oct << mode;
    EXPECT_EQ(prepared.error().code, base::ErrorCode::kDenied);
    EXPECT_THAT(prepared.error().message,
                HasSubstr((mode & 01000U) != 0 ? "name one of the agent's own"
                                               : "chmod go-w " + directory_));
  }
  EXPECT_TRUE(FileStorage(directory_ + "/own").prepare()) << "in a sticky one it has its own";
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  EXPECT_TRUE(FileStorage(directory_).prepare());
}

TEST_F(StorageTest, AFolderThatCanBeReplacedIsRefusedAtStart) {
  FileStorage storage(directory_ + "/a/state");
  ASSERT_TRUE(storage.prepare());
  ASSERT_EQ(chmod(directory_.c_str(), 0777), 0);
  EXPECT_EQ(storage.prepare().error().code, base::ErrorCode::kDenied);
}

TEST_F(StorageTest, AFileThatOthersCanWriteIsNotBelievedAndIsReplaced) {
  FileStorage storage(directory_);
  ASSERT_TRUE(storage.put("cursor", "ep:1"));
  const std::string path = directory_ + "/cursor";
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(storage.get("cursor")) << "who reads it changes nothing";
  for (const mode_t mode : {0620U, 0602U, 0666U}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    const auto read = storage.get("cursor");
    ASSERT_FALSE(read) << std::oct << mode;
    EXPECT_EQ(read.error().code, base::ErrorCode::kDenied);
    EXPECT_THAT(read.error().message, HasSubstr(path));
  }
  ASSERT_TRUE(storage.put("cursor", "ep:2"));
  EXPECT_EQ(storage.get("cursor").value(), "ep:2");
  if (geteuid() != 0) return;  // only root can give files away
  ASSERT_EQ(chown(path.c_str(), 12345, 12345), 0);
  EXPECT_EQ(storage.get("cursor").error().code, base::ErrorCode::kDenied);
  ASSERT_EQ(chown(directory_.c_str(), 12345, 12345), 0);
  EXPECT_EQ(storage.prepare().error().code, base::ErrorCode::kDenied);
}

// What the links point to may be anybody's: nothing is written through them.
TEST_F(StorageTest, LinksAreReplacedAndNeverWrittenThrough) {
  FileStorage storage(directory_);
  ASSERT_TRUE(storage.put("cursor", "ep:1"));
  const std::string aside = directory_ + "/aside";
  std::filesystem::rename(directory_ + "/cursor", aside);
  std::filesystem::create_symlink(aside, directory_ + "/cursor");
  std::filesystem::create_symlink(aside, directory_ + "/cursor.new");
  EXPECT_EQ(storage.get("cursor").value(), "ep:1");
  ASSERT_TRUE(storage.put("cursor", "ep:2"));
  EXPECT_EQ(storage.get("cursor").value(), "ep:2");
  EXPECT_FALSE(std::filesystem::is_symlink(directory_ + "/cursor"));
  EXPECT_EQ(FileStorage(directory_).get("aside").value(), "ep:1");
}

TEST_F(StorageTest, ALinkThatLeadsNowhereIsNoValueAndIsReplaced) {
  FileStorage storage(directory_);
  std::filesystem::create_symlink(directory_ + "/nowhere", directory_ + "/cursor");
  EXPECT_EQ(storage.get("cursor").value(), std::nullopt);
  ASSERT_TRUE(storage.put("cursor", "ep:1"));
  EXPECT_EQ(storage.get("cursor").value(), "ep:1");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/nowhere"));
}

TEST_F(StorageTest, ADirectoryInTheFilesPlaceIsAnErrorAndStays) {
  FileStorage storage(directory_);
  std::filesystem::create_directory(directory_ + "/cursor");
  EXPECT_EQ(storage.get("cursor").error().code, base::ErrorCode::kIo);
  const base::Status put = storage.put("cursor", "ep:1");
  ASSERT_FALSE(put);
  EXPECT_THAT(put.error().message, HasSubstr("cannot replace"));
  std::filesystem::create_directory(directory_ + "/other.new");
  EXPECT_THAT(storage.put("other", "ep:1").error().message, HasSubstr("other.new"));
}

TEST_F(StorageTest, OneProcessAtATimeHasAKey) {
  auto first = std::make_unique<FileStorage>(directory_);
  ASSERT_TRUE(first->lock("cursor"));
  FileStorage second(directory_);
  EXPECT_EQ(second.lock("cursor").error().code, base::ErrorCode::kAlreadyExists);
  EXPECT_TRUE(second.lock("other"));
  first.reset();
  EXPECT_TRUE(second.lock("cursor"));
}

TEST(MemoryStorage, ItKeepsWhatItWasGiven) {
  MemoryStorage storage;
  EXPECT_EQ(storage.get("cursor").value(), std::nullopt);
  ASSERT_TRUE(storage.put("cursor", "ep:1"));
  EXPECT_EQ(storage.get("cursor").value(), "ep:1");
}

}  // namespace
}  // namespace beckon::platform
