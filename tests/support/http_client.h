// SPDX-License-Identifier: Apache-2.0
// Reading HTTP responses in tests, as plainly as possible: with Content-Length only.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "tests/support/tcp_client.h"

namespace beckon::tests {

struct HttpReply {
  int status = 0;                              // 0: no response came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string header_or(const std::string& name, std::string_view fallback) const;
};

// Reads one response. head_request: there is no body whatever Content-Length says.
HttpReply read_reply(TcpClient& client, bool head_request = false);

// Sends one request on a connection of its own. extra: header lines with their line ends.
HttpReply http_request(const std::string& host, int port, std::string_view method,
                       std::string_view target, std::string_view extra = {},
                       std::string_view body = {});

}  // namespace beckon::tests
