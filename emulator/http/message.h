// SPDX-License-Identifier: Apache-2.0
// An HTTP request as it came and the response to it: what the server hands to its handlers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beckon::emulator {

// Names as sent, in order, duplicates kept.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// The first header of that name, compared without case.
std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // as on the wire: path and query, undecoded
  std::string path;    // the target's part before '?', undecoded
  std::string query;   // the part after '?', undecoded; "" if none
  HttpHeaders headers;
  std::string body;
  std::string source_ip;
  std::string
      local_address;  // the address the client connected to; tells Runtime API clients apart
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // beside Content-Length, Date and Connection
  std::string body;
};

// Called exactly once, from inside the handler or later.
using HttpDone = std::function<void(HttpResponse)>;

}  // namespace beckon::emulator
