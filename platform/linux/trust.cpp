// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/trust.h"

#include <unistd.h>

#include "agent/url.h"
#include "common/crypto/certificates.h"
#include "platform/linux/trusted_file.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kFileBytesMax = 1024 * 1024;

constexpr const char* kSystemFiles[] = {
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Alpine, OpenWrt
    "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora
    "/etc/ssl/ca-bundle.pem",              // SUSE
    "/etc/ssl/cert.pem",                   // Alpine, BSD
};

}  // namespace

base::Result<Trust> find_trust(const std::string& ca_file) {
  const std::string_view built_in(kAmazonRoots);
  if (ca_file.empty() && !built_in.empty()) return Trust{.text = built_in};
  if (!ca_file.empty() && ca_file != kSystemTrust) return Trust{.file = ca_file};
  for (const char* file : kSystemFiles) {
    if (access(file, R_OK) == 0) return Trust{.file = file};
  }
  return fail(ErrorCode::kNotFound,
              "this system has no file of trusted certificates; install ca-certificates or use "
              "--cacert FILE");
}

base::Status check_trust(const std::string& ca_file) {
  if (ca_file.empty() || ca_file == kSystemTrust) return {};
  const auto text = read_trusted_file(ca_file, kFileBytesMax);
  if (!text) return std::unexpected(text.error());
  const auto count = crypto::count_certificates(*text);
  if (count) return {};
  return fail(count.error().code, ca_file + " " + count.error().message);
}

void warn_about_trust(const agent::Config& config, const base::Logger& log) {
  const auto url = agent::parse_websocket_url(config.url);
  if (url && !url->secure && !url->is_loopback()) {
    log.warning(
        "NO TLS (insecure): everybody on the way to %s can read and change all that is sent, "
        "this device's tokens and its events; use wss://",
        url->host.c_str());
  }
  if (config.pins.size() == 1) {
    log.warning(
        "tls.pins holds one pin only: when the server changes its key this device is locked out; "
        "add a backup pin, of a key that is kept elsewhere");
  }
}

}  // namespace beckon::platform
