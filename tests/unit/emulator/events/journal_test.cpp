// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace {

// What was synced, in order: the path of the file or folder. A folder counts once the fresh file
// has its final name.
std::vector<std::string> synced;

bool is_truncating_broken = false;

int record_sync(int fd, long call) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  char path[256] = {};
  if (::readlink(link.c_str(), path, sizeof path - 1) > 0) {
    const std::string fresh = std::string(path) + "/events.journal.new";
    if (::access(fresh.c_str(), F_OK) != 0) synced.emplace_back(path);
  }
  return static_cast<int>(::syscall(call, fd));
}

}  // namespace

// In place of the C library's.
extern "C" int fsync(int fd) {
  return record_sync(fd, SYS_fsync);
}
extern "C" int fdatasync(int fd) {
  return record_sync(fd, SYS_fdatasync);
}
extern "C" int ftruncate(int fd, off_t length) noexcept {
  if (!is_truncating_broken) return static_cast<int>(::syscall(SYS_ftruncate, fd, length));
  errno = EIO;
  return -1;
}

namespace beckon::emulator {
namespace {

using Entries = std::map<std::string, std::string>;

class Journal : public ::testing::Test {
 protected:
  std::unique_ptr<JournalStore> open(JournalStore::Options options = {}) {
    auto store = JournalStore::open(path_, options, base::null_log());
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }
  static Entries entries(const JournalStore& store) {
    Entries entries;
    store.for_each("",
                   [&](const std::string& key, const std::string& value) { entries[key] = value; });
    return entries;
  }
  static void put(JournalStore& store, const std::string& key, const std::string& value) {
    const StoreChange change{key, value};
    ASSERT_TRUE(store.apply({&change, 1}));
  }
  static void erase(JournalStore& store, const std::string& key) {
    const StoreChange change{key, std::nullopt};
    ASSERT_TRUE(store.apply({&change, 1}));
  }
  // A change while the file may not grow beyond so many bytes.
  static base::Status put_on_a_full_disk(JournalStore& store, rlim_t file_bytes_max) {
    rlimit usual{};
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
    const rlimit little{file_bytes_max, usual.rlim_max};
    void (*const handler)(int) = std::signal(SIGXFSZ, SIG_IGN);
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
    const StoreChange change{"b", "\"too long for what is left\""};
    const base::Status status = store.apply({&change, 1});
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &usual), 0);
    std::signal(SIGXFSZ, handler);
    return status;
  }
  std::string read() const {
    std::string text;
    std::FILE* file = std::fopen(path_.c_str(), "rb");
    for (int c = 0; (c = std::fgetc(file)) != EOF;) text += static_cast<char>(c);
    std::fclose(file);
    return text;
  }
  void write(const std::string& text) const {
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  }

  tests::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  const std::string path_ = folder_ + "/events.journal";
};

// What was applied is there after the file is opened anew; what was erased is not.
TEST_F(Journal, KeepsWhatWasApplied) {
  {
    auto store = open();
    put(*store, "a/1", R"({"x":"é\n\"","n":1})");
    put(*store, "a/2", "2");
    put(*store, "b/1", "3");
    put(*store, "a/2", "22");
    erase(*store, "b/1");
  }
  EXPECT_EQ(entries(*open()), (Entries{{"a/1", R"({"x":"é\n\"","n":1})"}, {"a/2", "22"}}));
}

// Wherever a crash cuts the last write, everything before it is kept and the file goes on working.
TEST_F(Journal, TornTailIsCutOffAnywhere) {
  {
    auto store = open();
    put(*store, "a", "1");
    put(*store, "b", "2");
  }
  const std::string whole = read();
  const std::size_t first_line = whole.find('\n') + 1;
  for (std::size_t cut = first_line; cut < whole.size(); ++cut) {
    write(whole.substr(0, cut));
    {
      auto store = open();
      ASSERT_NE(store, nullptr) << cut;
      EXPECT_EQ(entries(*store), (Entries{{"a", "1"}})) << cut;
      put(*store, "c", "3");
    }
    EXPECT_EQ(entries(*open()), (Entries{{"a", "1"}, {"c", "3"}})) << cut;
  }
}

// Damage in the middle is no crash of ours: it is refused with the line, and nothing is changed.
TEST_F(Journal, DamageInTheMiddleIsRefused) {
  {
    auto store = open();
    put(*store, "a", "1");
    put(*store, "b", "2");
    put(*store, "c", "3");
  }
  std::string text = read();
  text[text.find("\"b\"") + 1] = 'X';
  write(text);
  const auto store = JournalStore::open(path_, {}, base::null_log());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, base::ErrorCode::kInvalid);
  EXPECT_THAT(store.error().message, ::testing::HasSubstr("events.journal:2: damaged line"));
  EXPECT_EQ(read(), text);
}

// The file does not grow with the number of changes, only with what is there.
TEST_F(Journal, IsRewrittenWhenMostIsOutOfDate) {
  JournalStore::Options options;
  options.rewrite_bytes_min = 2000;
  {
    auto store = open(options);
    put(*store, "keep", "\"me\"");
    for (int i = 0; i < 1000; ++i) {
      put(*store, "key" + std::to_string(i), "\"value\"");
      erase(*store, "key" + std::to_string(i));
    }
    EXPECT_LT(read().size(), 5000U);
    put(*store, "last", "1");
  }
  EXPECT_EQ(entries(*open()), (Entries{{"keep", "\"me\""}, {"last", "1"}}));
}

// Two emulators cannot use one folder at the same time, also after the file was rewritten.
TEST_F(Journal, IsLocked) {
  JournalStore::Options options;
  options.rewrite_bytes_min = 0;
  auto store = open(options);
  for (int i = 0; i < 10; ++i) put(*store, "a", std::to_string(i));
  const auto second = JournalStore::open(path_, {}, base::null_log());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr("is in use by another emulator"));
}

// A folder that cannot be written to is an error with the reason.
TEST_F(Journal, CannotBeOpened) {
  const auto store = JournalStore::open(folder_ + "/none/events.journal", {}, base::null_log());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, base::ErrorCode::kIo);
  EXPECT_THAT(store.error().message, ::testing::HasSubstr("No such file or directory"));
}

// What is no regular file is refused before anything is read from it.
TEST(JournalFile, MustBeRegular) {
  const auto store = JournalStore::open("/dev/null", {}, base::null_log());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().message, "/dev/null is not a regular file: give another --data");
}

// When the file cannot grow, as on a full disk, a change is refused as a whole: nothing of it is in
// the file, and what was there stays readable.
TEST_F(Journal, RefusesWhatCannotBeWritten) {
  auto store = open();
  put(*store, "a", "1");
  const std::string before = read();
  const base::Status status = put_on_a_full_disk(*store, before.size() + 20);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::ErrorCode::kIo);
  EXPECT_THAT(status.error().message, ::testing::HasSubstr("File too large"));
  EXPECT_EQ(read(), before);
  put(*store, "c", "3");
  store.reset();
  EXPECT_EQ(entries(*open()), (Entries{{"a", "1"}, {"c", "3"}}));
}

// Half a line that cannot be cut off stops everything until it can: a line behind it would be lost
// at the next start, and the whole file with it.
TEST_F(Journal, WritesNothingBehindHalfALine) {
  auto store = open();
  put(*store, "a", "1");
  const std::string before = read();
  is_truncating_broken = true;
  EXPECT_FALSE(put_on_a_full_disk(*store, before.size() + 20));
  EXPECT_EQ(read().size(), before.size() + 20) << "half a line";
  const StoreChange change{"c", "3"};
  const base::Status status = store->apply({&change, 1});
  is_truncating_broken = false;
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, ::testing::HasSubstr("cut a half-written line off"));
  put(*store, "d", "4");
  store.reset();
  EXPECT_EQ(entries(*open()), (Entries{{"a", "1"}, {"d", "4"}}));
}

// The loss of power leaves the old file or the new one: the new one is on the disk before it gets
// the name, and the name before the next change is acknowledged.
TEST_F(Journal, ARewriteSyncsTheFileAndThenItsFolder) {
  JournalStore::Options options;
  options.rewrite_bytes_min = 0;
  auto store = open(options);
  synced.clear();
  for (int i = 0; i < 8; ++i) put(*store, "key", std::to_string(i));
  ASSERT_GE(synced.size(), 2U);
  EXPECT_EQ(synced[0], path_ + ".new");
  EXPECT_EQ(synced[1], folder_);
}

}  // namespace
}  // namespace beckon::emulator
