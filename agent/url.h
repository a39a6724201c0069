// SPDX-License-Identifier: Apache-2.0
// Addresses: ws:// and wss:// of the API, http:// and https:// of the http action.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::agent {

struct Url {
  std::string scheme;   // "wss", "ws", "https" or "http"
  bool secure = false;  // the first of each pair
  std::string host;     // without brackets
  std::uint16_t port = 0;
  std::string path;  // with the query, begins with '/'

  // 127.0.0.0/8, ::1 or localhost.
  bool is_loopback() const;
  bool is_http() const { return scheme.starts_with("http"); }
  // The scheme of the same protocol with TLS where this one has none, and the other way round.
  std::string other_scheme() const;
  // As it stands in the Host header.
  std::string host_header() const;
};

// kInvalid: says what is wrong with it. User names, passwords and fragments are refused.
base::Result<Url> parse_websocket_url(std::string_view text);
base::Result<Url> parse_http_url(std::string_view text);

}  // namespace beckon::agent
