// SPDX-License-Identifier: Apache-2.0
#include "agent/url.h"

#include <algorithm>

#include "common/base/bytes.h"

namespace beckon::agent {

using base::ErrorCode;
using base::fail;

bool Url::is_loopback() const {
  if (host == "localhost" || host == "::1") return true;
  const bool dotted = std::all_of(host.begin(), host.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return dotted && host.starts_with("127.");
}

std::string Url::other_scheme() const {
  return secure ? scheme.substr(0, scheme.size() - 1) : scheme + "s";
}

std::string Url::host_header() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (secure ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

namespace {

// libwebsockets verifies no more of "host:port" than 127 bytes.
constexpr std::size_t kHostBytesMax = 120;

// Takes the host out of "host:port" or "[v6]:port"; what is left is the port's text, maybe empty.
base::Result<std::string_view> take_host(std::string_view authority, std::string& host) {
  if (!authority.starts_with('[')) {
    const std::size_t colon = authority.find(':');
    host = authority.substr(0, colon);
    if (colon == std::string_view::npos) return std::string_view();
    return authority.substr(colon + 1);
  }
  const std::size_t end = authority.find(']');
  if (end == std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "\"[\" without \"]\" in the URL");
  }
  host = authority.substr(1, end - 1);
  authority.remove_prefix(end + 1);
  if (authority.empty()) return authority;
  if (authority[0] != ':') {
    return fail(ErrorCode::kInvalid, "expected \":port\" behind \"]\" in the URL");
  }
  return authority.substr(1);
}

// secure, plain: the schemes that may stand there.
base::Result<Url> parse_url(std::string_view text, std::string_view secure,
                            std::string_view plain) {
  constexpr std::string_view kAfterScheme = "://";
  Url url;
  const std::size_t scheme_end = text.find(kAfterScheme);
  url.scheme = text.substr(0, scheme_end);
  url.secure = url.scheme == secure;
  if (scheme_end == std::string_view::npos || (!url.secure && url.scheme != plain)) {
    return fail(ErrorCode::kInvalid, "expected a URL that begins with " + std::string(secure) +
                                         ":// or " + std::string(plain) + "://, got \"" +
                                         std::string(text.substr(0, 80)) + "\"");
  }
  const std::string_view rest = text.substr(scheme_end + kAfterScheme.size());
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '#') {
      return fail(ErrorCode::kInvalid,
                  "a URL without spaces, control characters and # was expected");
    }
  }
  const std::size_t slash = rest.find_first_of("/?");
  const std::string_view authority = rest.substr(0, slash);
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  if (!url.path.starts_with('/')) url.path.insert(0, "/");
  if (authority.find('@') != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "a URL must not hold a user name or password");
  }
  const auto port_text = take_host(authority, url.host);
  if (!port_text) return std::unexpected(port_text.error());
  if (url.host.empty()) return fail(ErrorCode::kInvalid, "the URL names no host");
  if (url.host.size() > kHostBytesMax) {
    return fail(ErrorCode::kInvalid, "expected a host of at most " + std::to_string(kHostBytesMax) +
                                         " bytes, got " + std::to_string(url.host.size()));
  }
  url.port = url.secure ? 443 : 80;
  if (!port_text->empty()) {
    const auto port = base::parse_uint64(*port_text);
    if (!port || *port == 0 || *port > 65535) {
      return fail(ErrorCode::kInvalid, "expected a port from 1 to 65535, got \"" +
                                           std::string(port_text->substr(0, 20)) + "\"");
    }
    url.port = static_cast<std::uint16_t>(*port);
  }
  return url;
}

}  // namespace

base::Result<Url> parse_websocket_url(std::string_view text) {
  return parse_url(text, "wss", "ws");
}

base::Result<Url> parse_http_url(std::string_view text) {
  return parse_url(text, "https", "http");
}

}  // namespace beckon::agent
