// SPDX-License-Identifier: Apache-2.0
// An EventStore in one append-only file of JSON lines, each with a checksum. A change is in the
// kernel when apply() returns: it survives kill -9 of the emulator; with Sync::kDisk also the loss
// of power. The file is rewritten when most of it is out of date; the loss of power leaves the old
// file or the new one, whole, whatever Sync is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "common/base/log.h"
#include "emulator/events/store.h"

namespace beckon::emulator {

class JournalStore final : public EventStore {
 public:
  enum class Sync : std::uint8_t { kProcess, kDisk };

  struct Options {
    Sync sync = Sync::kProcess;
    std::uint64_t rewrite_bytes_min = 4 * 1024 * 1024;  // below this the file is left alone
  };

  // Opens or makes the file and reads it. A torn last line (the write that a crash cut off) is cut
  // off; its change was never acknowledged. kIo: cannot be opened, or is locked by another
  // emulator; kInvalid: a damaged line with intact ones after it, which no crash of ours makes.
  static base::Result<std::unique_ptr<JournalStore>> open(const std::string& path,
                                                          const Options& options,
                                                          base::LogSink& log);
  ~JournalStore();
  JournalStore(const JournalStore&) = delete;
  JournalStore& operator=(const JournalStore&) = delete;

  base::Status apply(std::span<const StoreChange> changes) override;
  void for_each(
      std::string_view prefix,
      const std::function<void(const std::string&, const std::string&)>& callback) const override;

 private:
  JournalStore(std::string path, const Options& options, base::LogSink& log)
      : path_(std::move(path)), options_(options), log_(log, "events") {}

  base::Status open_file();
  base::Status read_file();
  base::Status write_lines(int fd, const std::string& lines);
  base::Status cut_tail();
  void remember(const StoreChange& change);
  void rewrite_if_worth_it();
  base::Status rewrite();
  base::Status sync_folder() const;
  base::Error io_error(const char* what) const;

  std::string path_;
  Options options_;
  base::Logger log_;
  int fd_ = -1;
  std::uint64_t file_bytes_ = 0;
  bool is_torn_ = false;          // behind file_bytes_ there may be a part of a line
  std::uint64_t live_bytes_ = 0;  // of entries_, roughly as they would be written
  std::uint64_t rewrite_at_bytes_ = 0;
  std::map<std::string, std::string> entries_;
};

}  // namespace beckon::emulator
