// SPDX-License-Identifier: Apache-2.0
#include "agent/url.h"

#include <algorithm>

#include "common/base/bytes.h"

namespace beckon::agent {

using base::ErrorCode;
using base::fail;

bool WebSocketUrl::is_loopback() const {
  if (host == "localhost" || host == "::1") return true;
  const bool dotted = std::all_of(host.begin(), host.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return dotted && host.starts_with("127.");
}

std::string WebSocketUrl::host_header() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (secure ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

namespace {

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

}  // namespace

base::Result<WebSocketUrl> parse_websocket_url(std::string_view text) {
  WebSocketUrl url;
  std::string_view rest = text;
  if (rest.starts_with("wss://")) {
    url.secure = true;
    rest.remove_prefix(6);
  } else if (rest.starts_with("ws://")) {
    rest.remove_prefix(5);
  } else {
    return fail(ErrorCode::kInvalid, "expected a URL that begins with wss:// or ws://, got \"" +
                                         std::string(text.substr(0, 80)) + "\"");
  }
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

}  // namespace beckon::agent
