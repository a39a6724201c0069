// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/storage.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kFileBytesMax = 8192;

base::Status io_error(const char* what, const std::string& path) {
  return fail(ErrorCode::kIo, std::string(what) + " " + path + ": " + std::strerror(errno));
}

// FNV-1a: against torn and edited files, not against attackers.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
  return hex;
}

base::Status make_directories(const std::string& path) {
  for (std::size_t at = path.find('/', 1);; at = path.find('/', at + 1)) {
    const std::string part = path.substr(0, at);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) return io_error("cannot make", part);
    if (at == std::string::npos) return {};
  }
}

base::Status write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

base::Status sync_directory(const std::string& path) {
  const Descriptor directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return io_error("cannot open", path);
  if (fsync(directory.get()) != 0 && errno != EINVAL) return io_error("cannot sync", path);
  return {};
}

}  // namespace

std::string FileStorage::path(std::string_view key) const {
  return directory_ + "/" + std::string(key);
}

base::Status FileStorage::prepare() {
  struct stat found{};
  if (stat(directory_.c_str(), &found) == 0 && !S_ISDIR(found.st_mode)) {
    return fail(ErrorCode::kIo, "expected a directory, but " + directory_ + " is a file");
  }
  if (auto made = make_directories(directory_); !made) return made;
  if (access(directory_.c_str(), W_OK | X_OK) != 0) return io_error("cannot write to", directory_);
  return {};
}

base::Status FileStorage::lock(std::string_view key) {
  const std::string name = path(key) + ".lock";
  Descriptor file(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return io_error("cannot make", name);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return io_error("cannot lock", name);
    return fail(ErrorCode::kAlreadyExists, name + " is locked by another process");
  }
  lock_ = std::move(file);
  return {};
}

base::Result<std::optional<std::string>> FileStorage::get(std::string_view key) {
  const std::string name = path(key);
  const Descriptor file(open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return fail(ErrorCode::kIo, "cannot read " + name + ": " + std::strerror(errno));
  }
  std::string text(kFileBytesMax, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t n = read(file.get(), text.data() + length, text.size() - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorCode::kIo, "cannot read " + name + ": " + std::strerror(errno));
    if (n == 0) break;
    length += static_cast<std::size_t>(n);
  }
  text.resize(length);
  // value '\n' checksum '\n'
  const std::size_t end = text.find('\n');
  if (end == std::string::npos || text.substr(end + 1) != checksum(text.substr(0, end)) + "\n") {
    return fail(ErrorCode::kInvalid, name + " is damaged (its checksum does not fit)");
  }
  return std::optional<std::string>(text.substr(0, end));
}

base::Status FileStorage::put(std::string_view key, std::string_view value) {
  const std::string name = path(key);
  const std::string temporary = name + ".new";
  const auto make = [&] {
    return Descriptor(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  };
  Descriptor file = make();
  if (!file.valid() && errno == ENOENT) {
    if (auto made = make_directories(directory_); !made) return made;
    file = make();
  }
  if (!file.valid()) return io_error("cannot make", temporary);
  const std::string text = std::string(value) + "\n" + checksum(value) + "\n";
  if (auto written = write_all(file.get(), text, temporary); !written) return written;
  if (fsync(file.get()) != 0) return io_error("cannot sync", temporary);
  file.reset();
  if (rename(temporary.c_str(), name.c_str()) != 0) return io_error("cannot replace", name);
  return sync_directory(directory_);
}

base::Result<std::optional<std::string>> MemoryStorage::get(std::string_view key) {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::optional<std::string>();
  return std::optional<std::string>(found->second);
}

base::Status MemoryStorage::put(std::string_view key, std::string_view value) {
  values_.insert_or_assign(std::string(key), std::string(value));
  return {};
}

}  // namespace beckon::platform
