// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "platform/linux/descriptor.h"
#include "platform/linux/trusted_file.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

std::unexpected<base::Error> io_error(const char* what, const std::string& path) {
  return fail(ErrorCode::kIo, std::string(what) + " " + path + ": " + std::strerror(errno));
}

std::unexpected<base::Error> is_there(const std::string& path) {
  return fail(ErrorCode::kAlreadyExists,
              path +
                  " is there already and is left as it is: a device's key is never overwritten; "
                  "move it away, or name another file (--out FILE)");
}

base::Status write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (fsync(fd) != 0) return io_error("cannot write", path);
  return {};
}

// The file that is being written, removed at the end of the scope: by then it has its name, or
// nothing shall stay.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target)
      : path_(target + ".new-" + std::to_string(getpid())),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {}
  ~TemporaryFile() {
    if (file_.valid()) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool valid() const { return file_.valid(); }
  int get() const { return file_.get(); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Descriptor file_;
};

base::Status check_rights(const struct stat& found, const std::string& path) {
  if (!S_ISREG(found.st_mode)) return fail(ErrorCode::kDenied, path + " is not a file");
  if (const auto owned = check_owner(found, path); !owned) return owned;
  if ((found.st_mode & 077) == 0) return {};
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", found.st_mode & 07777);
  const bool writable = (found.st_mode & 022) != 0;
  return fail(ErrorCode::kDenied,
              path + " has mode " + mode + ": others than its owner can " +
                  (writable ? "change" : "read") +
                  " this key; make a new one, or if nobody did: " + "chmod 600 " + path);
}

}  // namespace

base::Result<crypto::PrivateKey> make_key_file(const std::string& path) {
  if (access(path.c_str(), F_OK) == 0) return is_there(path);
  // Not made where it would be refused.
  if (const auto safe = check_folder(path); !safe) return std::unexpected(safe.error());
  const TemporaryFile file(path);
  if (!file.valid()) return io_error("cannot make", path);
  // The umask may have taken rights away, and cannot have given any.
  if (fchmod(file.get(), 0600) != 0) return io_error("cannot make", file.path());
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  if (const auto written = write_all(file.get(), key.to_pem(), file.path()); !written) {
    return std::unexpected(written.error());
  }
  // link() fails if the name is taken, where rename() would replace what is there.
  if (link(file.path().c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) return is_there(path);
    return io_error("cannot make", path);
  }
  const Descriptor folder(open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || (fsync(folder.get()) != 0 && errno != EINVAL)) {
    return io_error("cannot write", folder_of(path));
  }
  return key;
}

base::Result<crypto::PrivateKey> read_key_file(const std::string& path) {
  // Not blocking, so that a pipe of this name is refused instead of waited for.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    const bool is_missing = errno == ENOENT;
    auto error = io_error("cannot read", path);
    if (is_missing) {
      error.error().message += "; make this device's key with: beckon-agent keygen --out " + path;
    }
    return error;
  }
  struct stat found{};
  if (fstat(file.get(), &found) != 0) return io_error("cannot read", path);
  if (const auto owned = check_rights(found, path); !owned) return std::unexpected(owned.error());
  if (const auto safe = check_folder(path); !safe) return std::unexpected(safe.error());
  std::string text(crypto::kKeyFileBytesMax + 1, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t n = read(file.get(), text.data() + length, text.size() - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error("cannot read", path);
    if (n == 0) break;
    length += static_cast<std::size_t>(n);
  }
  auto key = crypto::PrivateKey::from_pem(std::string_view(text).substr(0, length));
  explicit_bzero(text.data(), text.size());
  if (key) return key;
  return fail(key.error().code, path + ": " + key.error().message);
}

}  // namespace beckon::platform
