// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kChecksumDigits = 16;

// FNV-1a: finds torn and damaged lines; it defends against nobody.
std::uint64_t checksum(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

// "0123456789abcdef {"k":key,"v":value}\n"; without "v" the key goes away.
std::string to_line(const std::string& key, const std::string* value) {
  json::Writer writer;
  writer.begin_object().member("k", key);
  if (value != nullptr) writer.key("v").raw(*value);
  const std::string text = writer.end_object().take();
  return fmt::format("{:016x} {}\n", checksum(text), text);
}

std::optional<StoreChange> from_line(std::string_view line) {
  if (line.size() <= kChecksumDigits + 1 || line[kChecksumDigits] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kChecksumDigits + 1);
  if (fmt::format("{:016x}", checksum(text)) != line.substr(0, kChecksumDigits))
    return std::nullopt;
  const base::Result<json::Document> document = json::parse(text, json::kDepthMaxHost);
  if (!document || !(*document)["k"].is_string()) return std::nullopt;
  StoreChange change{std::string((*document)["k"].string_or("")), std::nullopt};
  if (const json::View value = (*document)["v"]; value.exists()) change.value = value.print();
  return change;
}

}  // namespace

base::Error JournalStore::io_error(const char* what) const {
  return {base::ErrorCode::kIo, fmt::format("cannot {} {}: {}", what, path_, std::strerror(errno))};
}

base::Result<std::unique_ptr<JournalStore>> JournalStore::open(const std::string& path,
                                                               const Options& options,
                                                               base::LogSink& log) {
  std::unique_ptr<JournalStore> store(new JournalStore(path, options, log));
  if (auto status = store->open_file(); !status) return std::unexpected(status.error());
  if (auto status = store->read_file(); !status) return std::unexpected(status.error());
  store->rewrite_if_worth_it();
  return store;
}

JournalStore::~JournalStore() {
  if (fd_ >= 0) ::close(fd_);
}

base::Status JournalStore::open_file() {
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ < 0) return std::unexpected(io_error("open"));
  struct stat kind{};
  if (::fstat(fd_, &kind) != 0) return std::unexpected(io_error("look at"));
  if (!S_ISREG(kind.st_mode)) {
    return base::fail(base::ErrorCode::kIo, path_ + " is not a regular file: give another --data");
  }
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return std::unexpected(io_error("lock"));
    return base::fail(
        base::ErrorCode::kIo,
        fmt::format("{} is in use by another emulator: end it or give another --data", path_));
  }
  // The file may be new: its name must last as long as what is written to it.
  return options_.sync == Sync::kDisk ? sync_folder() : base::Status();
}

base::Status JournalStore::read_file() {
  std::string text;
  char buffer[65536];
  ssize_t got = 0;
  while ((got = ::read(fd_, buffer, sizeof buffer)) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(io_error("read"));
    text.append(buffer, static_cast<std::size_t>(got));
  }
  std::size_t from = 0;
  int line_number = 0;
  while (from < text.size()) {
    const std::size_t end = text.find('\n', from);
    const std::string_view line = std::string_view(text).substr(from, end - from);
    const std::optional<StoreChange> change =
        end == std::string::npos ? std::nullopt : from_line(line);
    ++line_number;
    if (!change) {
      if (end != std::string::npos && text.find('\n', end + 1) != std::string::npos) {
        return base::fail(base::ErrorCode::kInvalid,
                          fmt::format("{}:{}: damaged line: move the file away to start without it",
                                      path_, line_number));
      }
      log_.warning(
          "%s:%d: the last write was cut off by a crash and was never acknowledged; dropped",
          path_.c_str(), line_number);
      if (::ftruncate(fd_, static_cast<off_t>(from)) != 0)
        return std::unexpected(io_error("truncate"));
      break;
    }
    remember(*change);
    from = end + 1;
  }
  file_bytes_ = from;
  return {};
}

void JournalStore::remember(const StoreChange& change) {
  constexpr std::uint64_t kAround = kChecksumDigits + 16;
  const auto found = entries_.find(change.key);
  if (found != entries_.end()) {
    live_bytes_ -= found->first.size() + found->second.size() + kAround;
    if (!change.value) entries_.erase(found);
  }
  if (!change.value) return;
  entries_[change.key] = *change.value;
  live_bytes_ += change.key.size() + change.value->size() + kAround;
}

base::Status JournalStore::write_lines(int fd, const std::string& lines) {
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t wrote = ::write(fd, lines.data() + done, lines.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return std::unexpected(io_error("write"));
    done += static_cast<std::size_t>(wrote);
  }
  if (options_.sync == Sync::kDisk && ::fdatasync(fd) != 0)
    return std::unexpected(io_error("sync"));
  return {};
}

// Of a write that failed a part may be in the file: the next line would be read as its rest.
base::Status JournalStore::cut_tail() {
  if (!is_torn_) return {};
  if (::ftruncate(fd_, static_cast<off_t>(file_bytes_)) != 0) {
    return std::unexpected(io_error("cut a half-written line off"));
  }
  is_torn_ = false;
  return {};
}

base::Status JournalStore::apply(std::span<const StoreChange> changes) {
  if (auto status = cut_tail(); !status) return status;
  std::string lines;
  for (const StoreChange& change : changes) {
    lines += to_line(change.key, change.value ? &*change.value : nullptr);
  }
  if (auto status = write_lines(fd_, lines); !status) {
    is_torn_ = true;
    if (const auto cut = cut_tail(); !cut) log_.error("%s", cut.error().message.c_str());
    return status;
  }
  file_bytes_ += lines.size();
  for (const StoreChange& change : changes) remember(change);
  rewrite_if_worth_it();
  return {};
}

void JournalStore::for_each(
    std::string_view prefix,
    const std::function<void(const std::string&, const std::string&)>& callback) const {
  for (auto at = entries_.lower_bound(std::string(prefix));
       at != entries_.end() && at->first.starts_with(prefix); ++at) {
    callback(at->first, at->second);
  }
}

void JournalStore::rewrite_if_worth_it() {
  if (file_bytes_ < options_.rewrite_bytes_min || file_bytes_ < 2 * live_bytes_ ||
      file_bytes_ < rewrite_at_bytes_) {
    return;
  }
  if (auto status = rewrite(); !status) {
    // Nothing is lost: the old file is whole. Try again when it has grown by as much.
    rewrite_at_bytes_ = 2 * file_bytes_;
    log_.warning("%s", status.error().message.c_str());
  }
}

base::Status JournalStore::rewrite() {
  const std::string fresh_path = path_ + ".new";
  const int fresh =
      ::open(fresh_path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fresh < 0) return std::unexpected(io_error("rewrite"));
  std::string lines;
  for (const auto& [key, value] : entries_) lines += to_line(key, &value);
  base::Status status = write_lines(fresh, lines);
  if (status && (::flock(fresh, LOCK_EX | LOCK_NB) != 0 || ::fdatasync(fresh) != 0 ||
                 ::rename(fresh_path.c_str(), path_.c_str()) != 0)) {
    status = std::unexpected(io_error("rewrite"));
  }
  if (!status) {
    ::close(fresh);
    ::unlink(fresh_path.c_str());
    return status;
  }
  ::close(fd_);
  fd_ = fresh;
  file_bytes_ = lines.size();
  rewrite_at_bytes_ = 0;
  // Without it the loss of power could bring the old name back, and with it the old file.
  return sync_folder();
}

base::Status JournalStore::sync_folder() const {
  const std::size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const base::Error error = io_error("sync the folder of");
  if (fd >= 0) ::close(fd);
  if (!synced) return std::unexpected(error);
  return {};
}

}  // namespace beckon::emulator
