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

#include "platform/linux/trusted_file.h"

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

}  // namespace

std::string FileStorage::path(std::string_view key) const {
  return directory_ + "/" + std::string(key);
}

base::Status FileStorage::prepare() {
  struct stat found{};
  if (stat(directory_.c_str(), &found) == 0 && !S_ISDIR(found.st_mode)) {
    return fail(ErrorCode::kIo, "expected a directory, but " + directory_ + " is a file");
  }
  if (auto made = make_directories(); !made) return made;
  if (auto safe = check_own_folder(directory_); !safe) return safe;
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
    return std::unexpected(io_error("cannot read", name).error());
  }
  struct stat found{};
  if (fstat(file.get(), &found) != 0) {
    return std::unexpected(io_error("cannot read", name).error());
  }
  if (const auto owned = check_only_owner_writes(found, name); !owned) {
    return std::unexpected(owned.error());
  }
  std::string text(kFileBytesMax, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t n = read(file.get(), text.data() + length, text.size() - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(io_error("cannot read", name).error());
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

// A directory that was made lasts only once its parent is synced; where that fails it is not left
// behind, for the next attempt would believe in it.
base::Status FileStorage::make_directories() {
  for (std::size_t at = directory_.find('/', 1);; at = directory_.find('/', at + 1)) {
    const std::string part = directory_.substr(0, at);
    if (calls_->make_directory(part.c_str(), 0700) == 0) {
      const std::size_t slash = part.rfind('/');
      const std::string parent = slash == std::string::npos ? "." : part.substr(0, slash + 1);
      if (auto synced = sync_directory(parent); !synced) {
        calls_->remove_directory(part.c_str());
        return synced;
      }
    } else if (errno != EEXIST) {
      return io_error("cannot make", part);
    }
    if (at == std::string::npos) return {};
  }
}

base::Status FileStorage::sync_directory(const std::string& path) {
  const Descriptor directory(calls_->open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  if (!directory.valid()) return io_error("cannot open", path);
  // EINVAL: this file system cannot, and orders its changes itself.
  if (calls_->sync(directory.get()) != 0 && errno != EINVAL) return io_error("cannot sync", path);
  return {};
}

base::Status FileStorage::write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = calls_->write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

// The file is a new one always: after an fsync that failed, the kernel may hold pages of the old
// one for written that are not, and what a link of this name points to is not ours.
base::Status FileStorage::write_new(const std::string& path, std::string_view text) {
  calls_->remove(path.c_str());  // if this fails, the next line says why
  const auto make = [&] {
    return Descriptor(
        calls_->open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  };
  Descriptor file = make();
  if (!file.valid() && errno == ENOENT) {
    if (auto made = make_directories(); !made) return made;
    file = make();
  }
  if (!file.valid()) return io_error("cannot make", path);
  if (auto written = write_all(file.get(), text, path); !written) return written;
  if (calls_->sync(file.get()) != 0) return io_error("cannot sync", path);
  return {};
}

base::Status FileStorage::put(std::string_view key, std::string_view value) {
  const std::string name = path(key);
  const std::string temporary = name + ".new";
  const std::string text = std::string(value) + "\n" + checksum(value) + "\n";
  if (auto written = write_new(temporary, text); !written) return written;
  if (calls_->rename(temporary.c_str(), name.c_str()) != 0) return io_error("cannot replace", name);
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
