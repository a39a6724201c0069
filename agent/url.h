// SPDX-License-Identifier: Apache-2.0
// ws:// and wss:// addresses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::agent {

struct WebSocketUrl {
  bool secure = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string path;  // with the query, begins with '/'

  // 127.0.0.0/8, ::1 or localhost.
  bool is_loopback() const;
  // As it stands in the Host header.
  std::string host_header() const;
};

// kInvalid: says what is wrong with it. User names, passwords and fragments are refused.
base::Result<WebSocketUrl> parse_websocket_url(std::string_view text);

}  // namespace beckon::agent
