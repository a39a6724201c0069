// SPDX-License-Identifier: Apache-2.0
// The storage's own code on a disk where any call fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "platform/linux/storage.h"
#include "tests/support/temporary_folder.h"

namespace beckon::platform {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class StorageFaultTest : public ::testing::Test {
 protected:
  tests::TemporaryFolder temporary_;
  const std::string directory_ = temporary_.path();
};

// remove, open, write, fsync, rename, open the directory, fsync it
constexpr int kPutCalls = 7;

// One call fails: the n-th, counted over all kinds.
struct Fault {
  int at = 0;
  int error = 0;  // 0: a write takes one byte only; other calls succeed
};

class FaultyCalls final : public FileCalls {
 public:
  explicit FaultyCalls(const Fault& fault) : fault_(fault) {}

  int make_directory(const char* path, mode_t mode) override {
    return fails() ? -1 : FileCalls::make_directory(path, mode);
  }
  int open(const char* path, int flags, mode_t mode) override {
    if (fails()) return -1;
    const int fd = FileCalls::open(path, flags, mode);
    broken_.erase(fd);
    return fd;
  }
  ssize_t write(int fd, const void* bytes, std::size_t count) override {
    EXPECT_FALSE(broken_.contains(fd)) << "what is written after a failed fsync is not believed";
    if (fails()) return -1;
    return FileCalls::write(fd, bytes, fault_.error == 0 && calls_ == fault_.at ? 1 : count);
  }
  int sync(int fd) override {
    EXPECT_FALSE(broken_.contains(fd)) << "a failed fsync was tried again on the same file";
    if (!fails()) return FileCalls::sync(fd);
    broken_.insert(fd);
    struct stat info{};
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) broken_inode_ = info.st_ino;
    return -1;
  }
  int rename(const char* from, const char* to) override {
    struct stat info{};
    if (stat(from, &info) == 0) {
      EXPECT_NE(info.st_ino, broken_inode_) << "a file whose fsync failed took the old one's place";
    }
    return fails() ? -1 : FileCalls::rename(from, to);
  }
  int remove(const char* path) override {
    if (fails()) return -1;
    struct stat info{};
    if (stat(path, &info) == 0 && info.st_ino == broken_inode_) broken_inode_ = 0;
    return FileCalls::remove(path);
  }

 private:
  bool fails() {
    if (++calls_ != fault_.at || fault_.error == 0) return false;
    errno = fault_.error;
    return true;
  }

  Fault fault_;
  int calls_ = 0;
  std::set<int> broken_;  // descriptors whose fsync failed
  ino_t broken_inode_ = 0;
};

// Two attempts of one storage, as the session makes them: of the first, any call fails.
void store_with(const std::string& directory, const Fault& fault) {
  SCOPED_TRACE("call " + std::to_string(fault.at) + " fails: " + std::strerror(fault.error));
  FileStorage plain(directory);
  ASSERT_TRUE(plain.put("cursor", "ep:1"));
  FileStorage storage(directory, std::make_unique<FaultyCalls>(fault));
  const base::Status first = storage.put("cursor", "ep:2");
  const auto found = plain.get("cursor");
  ASSERT_TRUE(found) << "neither the old nor the new value: " << found.error().message;
  if (first) {
    EXPECT_EQ(*found, "ep:2");
  } else {
    EXPECT_THAT(first.error().message, HasSubstr(std::strerror(fault.error)));
    EXPECT_THAT(first.error().message, HasSubstr(directory));
    EXPECT_TRUE(*found == "ep:1" || *found == "ep:2") << **found;
  }
  EXPECT_TRUE(storage.put("cursor", "ep:3")) << "the disk works again";
  EXPECT_EQ(plain.get("cursor").value(), "ep:3");
}

TEST_F(StorageFaultTest, WhicheverCallFailsTheOldOrTheNewValueIsThereAndTheNextAttemptWorks) {
  for (const int error : {0, EINTR, ENOSPC, EIO, EROFS, EACCES, EDQUOT}) {
    for (int at = 1; at <= kPutCalls; ++at) store_with(directory_, Fault{at, error});
  }
}

TEST_F(StorageFaultTest, AFailureIsAnErrorUnlessItDoesNotMatter) {
  const auto put = [&](int at, int error) {
    FileStorage storage(directory_, std::make_unique<FaultyCalls>(Fault{at, error}));
    return storage.put("cursor", "ep:1");
  };
  EXPECT_TRUE(put(1, EACCES)) << "there was nothing to remove";
  EXPECT_TRUE(put(3, EINTR)) << "a write that was interrupted goes on";
  EXPECT_TRUE(put(7, EINVAL)) << "a file system that cannot sync directories";
  for (const auto& [at, what] : std::map<int, std::string>{{2, "cannot make"},
                                                           {3, "cannot write"},
                                                           {4, "cannot sync"},
                                                           {5, "cannot replace"},
                                                           {6, "cannot open"},
                                                           {7, "cannot sync"}}) {
    const base::Status failed = put(at, ENOSPC);
    ASSERT_FALSE(failed) << at;
    EXPECT_EQ(failed.error().code, base::ErrorCode::kIo);
    EXPECT_THAT(failed.error().message, HasSubstr(what));
  }
}

TEST_F(StorageFaultTest, ALinkThatCannotBeRemovedIsNotWrittenThrough) {
  ASSERT_TRUE(FileStorage(directory_).put("aside", "ep:1"));
  fs::create_symlink(directory_ + "/aside", directory_ + "/cursor.new");
  FileStorage storage(directory_, std::make_unique<FaultyCalls>(Fault{1, EACCES}));
  EXPECT_FALSE(storage.put("cursor", "ep:2"));
  EXPECT_EQ(storage.get("aside").value(), "ep:1");
  EXPECT_EQ(storage.get("cursor").value(), std::nullopt);
}

TEST_F(StorageFaultTest, ADirectoryWhoseParentCannotBeSyncedIsNotBelieved) {
  const std::string state = directory_ + "/state";
  // mkdir of /tmp, of the test's own directory, of state; open the parent, fsync it
  FileStorage storage(state, std::make_unique<FaultyCalls>(Fault{5, EIO}));
  EXPECT_FALSE(storage.prepare());
  EXPECT_FALSE(fs::exists(state));
  EXPECT_TRUE(storage.prepare());
  EXPECT_TRUE(storage.put("cursor", "ep:1"));
}

}  // namespace
}  // namespace beckon::platform
