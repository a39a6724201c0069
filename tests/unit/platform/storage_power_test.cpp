// SPDX-License-Identifier: Apache-2.0
// The storage's own code on a disk whose power is cut after every call.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "platform/linux/storage.h"
#include "tests/support/temporary_folder.h"

namespace beckon::platform {
namespace {

namespace fs = std::filesystem;

// What a disk may hold when the power goes: what was synced, of the changes of directories since
// then the first so many, and of what was written to a file since then any beginning.
class Disk {
 public:
  struct Change {
    std::string parent;
    std::string removed;    // path, or empty
    std::string added;      // path, or empty
    std::size_t inode = 0;  // what added names
  };
  struct File {
    bool is_directory = false;
    std::string text;
    std::size_t synced_bytes = 0;
  };

  std::size_t make(const std::string& path, bool is_directory) {
    files_.push_back(File{is_directory, "", 0});
    change(Change{parent_of(path), "", path, files_.size() - 1});
    return files_.size() - 1;
  }
  void change(const Change& one) {
    apply(now_, one);
    pending_.push_back(one);
  }
  void write(std::size_t inode, std::string_view text) { files_[inode].text += text; }
  void sync_file(std::size_t inode) { files_[inode].synced_bytes = files_[inode].text.size(); }
  void sync_directory(const std::string& path) {
    for (const Change& one : pending_) {
      if (one.parent == path) apply(durable_, one);
    }
    std::erase_if(pending_, [&](const Change& one) { return one.parent == path; });
  }
  std::size_t inode_of(const std::string& path) const { return now_.at(path); }

  // Calls restart(root) with every disk that may be left, made as real files under root.
  template <class Restart>
  void cut_power(const std::string& root, Restart restart) const {
    for (std::size_t survived = 0; survived <= pending_.size(); ++survived) {
      std::map<std::string, std::size_t> names = durable_;
      for (std::size_t i = 0; i < survived; ++i) apply(names, pending_[i]);
      std::size_t most = 0;
      for (const auto& [path, inode] : names) most = std::max(most, unsynced(inode));
      for (std::size_t bytes = 0; bytes <= most; ++bytes) {
        fs::remove_all(root);
        fs::create_directories(root);
        for (const auto& [path, inode] : names) put_back(root + path, files_[inode], bytes);
        restart(root);
      }
    }
  }

 private:
  static std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
  static void apply(std::map<std::string, std::size_t>& names, const Change& one) {
    if (!one.removed.empty()) names.erase(one.removed);
    if (!one.added.empty()) names[one.added] = one.inode;
  }
  std::size_t unsynced(std::size_t inode) const {
    return files_[inode].text.size() - files_[inode].synced_bytes;
  }
  static void put_back(const std::string& path, const File& file, std::size_t unsynced_bytes) {
    if (!fs::exists(fs::path(path).parent_path())) return;  // its directory did not survive
    if (file.is_directory) {
      fs::create_directory(path);
    } else {
      std::ofstream(path, std::ios::binary)
          << file.text.substr(0, file.synced_bytes + unsynced_bytes);
    }
  }

  std::vector<File> files_;
  std::map<std::string, std::size_t> now_;
  std::map<std::string, std::size_t> durable_;
  std::vector<Change> pending_;
};

// The calls on such a disk; paths are its own. After each call, look() may cut the power.
class DiskCalls final : public FileCalls {
 public:
  DiskCalls(Disk& disk, std::function<void()> look) : disk_(disk), look_(std::move(look)) {}

  int make_directory(const char* path, mode_t) override {
    if (names_.contains(path)) return error(EEXIST);
    names_.insert(path);
    disk_.make(path, true);
    return done(0);
  }
  int remove_directory(const char*) override { return error(ENOTEMPTY); }
  // A real descriptor stands for the file, so that its owner can close it.
  int open(const char* path, int flags, mode_t) override {
    std::string name(path);
    if (name.ends_with('/')) name.pop_back();
    if ((flags & O_CREAT) != 0) {
      if (!names_.contains(name.substr(0, name.rfind('/')))) return error(ENOENT);
      if (names_.contains(name)) return error(EEXIST);
      names_.insert(name);
      disk_.make(name, false);
    } else if (!name.empty() && !names_.contains(name)) {
      return error(ENOENT);
    }
    const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    open_[fd] = name;
    return done(fd);
  }
  // Short, so that a file can be torn between two of them too.
  ssize_t write(int fd, const void* bytes, std::size_t count) override {
    const std::size_t taken = std::min<std::size_t>(count, 5);
    const std::string_view text(static_cast<const char*>(bytes), taken);
    disk_.write(disk_.inode_of(open_.at(fd)), text);
    return done(static_cast<int>(taken));
  }
  int sync(int fd) override {
    const std::string& name = open_.at(fd);
    if (name.ends_with(".new")) {
      disk_.sync_file(disk_.inode_of(name));
    } else {
      disk_.sync_directory(name);
    }
    return done(0);
  }
  int rename(const char* from, const char* to) override {
    const std::size_t inode = disk_.inode_of(from);
    const std::string name(to);
    disk_.change(Disk::Change{name.substr(0, name.rfind('/')), from, to, inode});
    names_.erase(from);
    names_.insert(to);
    return done(0);
  }
  int remove(const char* path) override {
    if (names_.erase(path) == 0) return error(ENOENT);
    const std::string name(path);
    disk_.change(Disk::Change{name.substr(0, name.rfind('/')), name, "", 0});
    return done(0);
  }

 private:
  static int error(int number) {
    errno = number;
    return -1;
  }
  int done(int result) {
    look_();
    return result;
  }

  Disk& disk_;
  std::function<void()> look_;
  std::set<std::string> names_;
  std::map<int, std::string> open_;
};

class StoragePowerTest : public ::testing::Test {
 protected:
  tests::TemporaryFolder temporary_;
  const std::string directory_ = temporary_.path();
};

TEST_F(StoragePowerTest, APowerCutAfterAnyCallLeavesTheOldOrTheNewValueWhole) {
  Disk disk;
  std::set<std::optional<std::string>> allowed;
  int cuts = 0;
  const auto look = [&] {
    disk.cut_power(directory_ + "/disk", [&](const std::string& root) {
      ++cuts;
      const auto found = FileStorage(root + "/var/state").get("cursor");
      ASSERT_TRUE(found) << "torn: " << found.error().message;
      ASSERT_TRUE(allowed.contains(*found)) << "found " << found->value_or("nothing");
    });
  };
  FileStorage storage("/var/state", std::make_unique<DiskCalls>(disk, look));
  std::optional<std::string> before;
  for (const std::string value : {"ep:1", "ep:22", "ep:333"}) {
    allowed = {before, value};
    ASSERT_TRUE(storage.put("cursor", value));
    allowed = {value};  // what was stored is stored
    look();
    before = value;
  }
  EXPECT_GT(cuts, 100);
}

// What the agent stores first (failure reports) is there whenever what it stores next (the cursor
// that passes them) is.
TEST_F(StoragePowerTest, OfTwoValuesTheSecondNeverOutlivesAPowerCutWithoutTheFirst) {
  Disk disk;
  int stored = 0;  // both
  int cuts = 0;
  const auto look = [&] {
    disk.cut_power(directory_ + "/disk", [&](const std::string& root) {
      ++cuts;
      FileStorage found(root + "/var/state");
      const auto number = [&](const char* key) {
        const auto value = found.get(key);
        EXPECT_TRUE(value) << "torn: " << value.error().message;
        return std::stoi(value.value_or("0").value_or("0"));
      };
      const int reports = number("cursor.failed");
      const int cursor = number("cursor");
      ASSERT_GE(reports, cursor);
      ASSERT_GE(cursor, stored);
    });
  };
  FileStorage storage("/var/state", std::make_unique<DiskCalls>(disk, look));
  for (const int next : {1, 22, 333}) {
    ASSERT_TRUE(storage.put("cursor.failed", std::to_string(next)));
    ASSERT_TRUE(storage.put("cursor", std::to_string(next)));
    stored = next;
    look();
  }
  EXPECT_GT(cuts, 200);
}

}  // namespace
}  // namespace beckon::platform
