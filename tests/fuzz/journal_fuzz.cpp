// SPDX-License-Identifier: Apache-2.0
// Whatever is found in the journal's place is refused with its line, or what is read of it is there
// at the next start too, with what was added; never anything else.
//
// Input: "r" if the file is rewritten, then its lines; one that begins with "{" gets its checksum
// here.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

#include "common/base/assert.h"
#include "emulator/events/journal.h"
#include "tests/support/temporary_folder.h"

namespace {

using namespace beckon;
using emulator::JournalStore;

using Entries = std::map<std::string, std::string>;

std::string with_checksums(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with('{')) {
      std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
      for (const char c : line) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
      char digits[20];
      std::snprintf(digits, sizeof digits, "%016llx ", static_cast<unsigned long long>(hash));
      lines += digits;
    }
    lines += text.substr(0, end + 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::unique_ptr<JournalStore> open_journal(const std::string& path, bool rewrite) {
  JournalStore::Options options;
  if (rewrite) options.rewrite_bytes_min = 0;
  auto opened = JournalStore::open(path, options, base::null_log());
  if (opened) return *std::move(opened);
  if (opened.error().code != base::ErrorCode::kInvalid) {
    std::fprintf(stderr, "%s\n", opened.error().message.c_str());  // the disk, not the input?
  }
  BECKON_ASSERT(opened.error().code == base::ErrorCode::kInvalid);
  BECKON_ASSERT(opened.error().message.starts_with(path + ":"));
  return nullptr;
}

Entries entries_of(const JournalStore& store) {
  Entries entries;
  store.for_each("", [&](const std::string& key, const std::string& value) {
    BECKON_ASSERT(entries.emplace(key, value).second);
  });
  return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tests::TemporaryFolder folder;
  const std::string path = folder.path() + "/events.journal";
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool rewrite = text.starts_with('r');
  if (rewrite) text.remove_prefix(1);
  const std::string lines = with_checksums(text);
  unlink(path.c_str());  // a file that is cut to nothing first is waited for on some disks
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  BECKON_ASSERT(fd >= 0);
  BECKON_ASSERT(write(fd, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
  close(fd);

  auto store = open_journal(path, rewrite);
  if (store == nullptr) return 0;
  Entries entries = entries_of(*store);
  store.reset();
  store = open_journal(path, rewrite);
  BECKON_ASSERT(store != nullptr && entries_of(*store) == entries);
  const std::string key = entries.empty() ? "new" : entries.begin()->first + "/new";
  const std::string value = entries.empty() ? R"({"a":1})" : entries.begin()->second;
  const emulator::StoreChange changes[] = {{key, value}, {"gone", "1"}, {"gone", std::nullopt}};
  BECKON_ASSERT(store->apply(changes).has_value());
  entries[key] = value;
  entries.erase("gone");
  BECKON_ASSERT(entries_of(*store) == entries);
  store.reset();
  store = open_journal(path, rewrite);
  BECKON_ASSERT(store != nullptr && entries_of(*store) == entries);
  return 0;
}
