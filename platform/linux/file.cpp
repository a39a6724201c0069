// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/linux/descriptor.h"

namespace beckon::platform {

using base::ErrorCode;
using base::fail;

namespace {

std::unexpected<base::Error> io_error(const std::string& path) {
  return fail(ErrorCode::kIo, "cannot read " + path + ": " + std::strerror(errno));
}

}  // namespace

base::Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return io_error(path);
  return read_whole(file.get(), path, bytes_max);
}

base::Result<std::string> read_whole(int fd, const std::string& path, std::size_t bytes_max) {
  std::string text;
  char bytes[4096];
  while (true) {
    const ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error(path);
    if (n == 0) return text;
    text.append(bytes, static_cast<std::size_t>(n));
    if (text.size() > bytes_max) {
      return fail(ErrorCode::kLimit,
                  path + " is larger than " + std::to_string(bytes_max / (1024 * 1024)) + " MB");
    }
  }
}

}  // namespace beckon::platform
