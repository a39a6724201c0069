// SPDX-License-Identifier: Apache-2.0
#include "cli/signing.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/bytes.h"
#include "common/json/json.h"
#include "common/protocol/limits.h"
#include "common/signature/event_signature.h"

namespace beckon::cli {
namespace {

using base::ErrorCode;
using base::fail;

struct OpenFile {
  explicit OpenFile(const std::string& path)
      // Not blocking, so that a pipe of this name is refused instead of waited for.
      : fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd >= 0) close(fd);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd;
};

std::unexpected<base::Error> unreadable(const std::string& path) {
  return fail(ErrorCode::kIo,
              fmt::format("--sign {}: cannot be read: {}", path, std::strerror(errno)));
}

// The agent wants the same of a device's key.
base::Status check_rights(const struct stat& found, const std::string& path) {
  if (!S_ISREG(found.st_mode)) {
    return fail(ErrorCode::kDenied, fmt::format("--sign {}: expected a file", path));
  }
  if (found.st_uid != geteuid() && found.st_uid != 0) {
    return fail(ErrorCode::kDenied,
                fmt::format("--sign {}: it belongs to another user (id {}), who could have changed "
                            "it; expected a key of your own",
                            path, found.st_uid));
  }
  if ((found.st_mode & 077) != 0) {
    return fail(
        ErrorCode::kDenied,
        fmt::format("--sign {}: it has mode {:04o}: others than its owner can use this key; "
                    "make a new one, or if nobody did: chmod 600 {}",
                    path, found.st_mode & 07777U, path));
  }
  return {};
}

}  // namespace

base::Result<crypto::PrivateKey> read_signing_key(const std::string& path) {
  const OpenFile file(path);
  struct stat found{};
  if (file.fd < 0 || fstat(file.fd, &found) != 0) return unreadable(path);
  if (const auto safe = check_rights(found, path); !safe) return std::unexpected(safe.error());
  std::string text(crypto::kKeyFileBytesMax + 1, '\0');
  const ssize_t length = read(file.fd, text.data(), text.size());
  if (length < 0) return unreadable(path);
  auto key = crypto::PrivateKey::from_pem(
      std::string_view(text).substr(0, static_cast<std::size_t>(length)));
  explicit_bzero(text.data(), text.size());
  if (key) return key;
  return fail(key.error().code, fmt::format("--sign {}: {}", path, key.error().message));
}

base::Result<OperatorEvent> signed_event(OperatorEvent event, const crypto::PrivateKey& key,
                                         base::WallTime now) {
  if (event.devices.empty()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("--sign needs --device, once or more: a signature is for devices by "
                            "name, since a device does not know whose it is; one for every device "
                            "of {} could be given to everybody's",
                            event.user));
  }
  const auto data = json::parse(event.data, kDataDepthMax);
  if (!data) return std::unexpected(data.error());
  std::array<std::uint8_t, signature::kIdBytes> random{};
  base::random_bytes(random);
  signature::EventSignature signature;
  signature.id = base::base64url({reinterpret_cast<const char*>(random.data()), random.size()});
  signature.issued_at_s = now.unix_ms / 1000;
  signature.expires_at_s =
      signature.issued_at_s + event.ttl_s.value_or(protocol::kEventTtlDefault_s);
  signature.devices = event.devices;
  std::ranges::sort(signature.devices);
  const auto twice = std::ranges::unique(signature.devices);
  signature.devices.erase(twice.begin(), twice.end());
  signature::sign(signature, event.name, data->root(), key);
  event.signature = signature::encode(signature);
  return event;
}

}  // namespace beckon::cli
