// SPDX-License-Identifier: Apache-2.0
#include "emulator/tls/authority.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>

namespace beckon::emulator {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kFileBytesMax = 64U << 10;

std::unexpected<base::Error> io_error(const std::string& what, const std::string& path) {
  return fail(ErrorCode::kIo, what + " " + path + ": " + std::strerror(errno));
}

// A descriptor, closed at the end of the scope; a lock on it ends with it.
class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

base::Status make_folder(const std::string& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), ignored);
  if (mkdir(folder.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return io_error("cannot make", folder);
  return {};
}

// Nothing if there is no such file.
base::Result<std::optional<std::string>> read_if_there(const std::string& path, bool is_secret) {
  const File file(path, O_RDONLY);
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  struct stat found{};
  if (file.get() < 0 || fstat(file.get(), &found) != 0) return io_error("cannot read", path);
  if (is_secret && (found.st_mode & 077) != 0) {
    return fail(ErrorCode::kDenied,
                path +
                    " can be read by others than its owner; whoever did can pretend to be any "
                    "server to those who trust this authority: make a new one (remove " +
                    std::filesystem::path(path).parent_path().string() + ")");
  }
  std::string text(kFileBytesMax, '\0');
  const ssize_t got = read(file.get(), text.data(), text.size());
  if (got < 0) return io_error("cannot read", path);
  text.resize(static_cast<std::size_t>(got));
  return text;
}

base::Status write_file(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (file.get() < 0 || fchmod(file.get(), 0600) != 0 ||
      write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      fsync(file.get()) != 0 || rename(fresh.c_str(), path.c_str()) != 0) {
    return io_error("cannot write", path);
  }
  return {};
}

}  // namespace

std::string default_authority_folder() {
  const std::string data = variable("XDG_DATA_HOME");
  if (data.starts_with('/')) return data + "/beckon/ca";
  const std::string home = variable("HOME");
  return home.starts_with('/') ? home + "/.local/share/beckon/ca" : "";
}

std::string authority_file(const std::string& folder) {
  return folder + "/ca.pem";
}

base::Result<KeyAndCertificate> open_authority(const std::string& folder) {
  if (folder.empty()) {
    return fail(ErrorCode::kInvalid,
                "neither XDG_DATA_HOME nor HOME is set; say with --ca-dir where the local "
                "authority is kept");
  }
  if (const auto made = make_folder(folder); !made) return std::unexpected(made.error());
  const File lock(folder + "/lock", O_RDWR | O_CREAT);
  if (lock.get() < 0 || flock(lock.get(), LOCK_EX) != 0) return io_error("cannot lock", folder);
  const std::string key_file = folder + "/ca.key";
  const auto certificate = read_if_there(authority_file(folder), false);
  if (!certificate) return std::unexpected(certificate.error());
  const auto key = read_if_there(key_file, true);
  if (!key) return std::unexpected(key.error());
  if (*certificate && *key) return KeyAndCertificate{**key, **certificate};
  if (*certificate) {
    return fail(ErrorCode::kInvalid, key_file + " is missing, the key of " +
                                         authority_file(folder) + "; remove " + folder +
                                         " and a new authority is made");
  }
  // A key without a certificate was never trusted by anybody: we ended between the two.
  auto made = make_authority();
  if (!made) return made;
  if (const auto kept = write_file(key_file, made->key_pem); !kept) {
    return std::unexpected(kept.error());
  }
  if (const auto kept = write_file(authority_file(folder), made->certificate_pem); !kept) {
    return std::unexpected(kept.error());
  }
  return made;
}

}  // namespace beckon::emulator
