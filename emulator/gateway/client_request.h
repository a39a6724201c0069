// SPDX-License-Identifier: Apache-2.0
// An upgrade request as API Gateway shows it to functions: headers and query parameters, each name
// with all its values, and the headers that the gateway itself adds.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/http/message.h"

namespace beckon::emulator {

// Each name once, with its values in the order in which they came.
using MultiValues = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct ClientRequest {
  MultiValues headers;  // sorted by name without regard to case; the client's spelling is kept
  MultiValues query;    // decoded, in the order of first appearance
  std::string host;
  std::string source_ip;
  std::string user_agent;  // "" if none was sent

  // The last value, names compared without case; "" if there is none.
  std::string_view header(std::string_view name) const;
  std::string_view query_parameter(std::string_view name) const;  // exact name
};

// port: the emulator's. trace_root: for X-Amzn-Trace-Id, if the client sent none.
ClientRequest read_client_request(const HttpRequest& request, int port,
                                  std::string_view trace_root);

// Lower-case comparison of header names.
bool same_header(std::string_view a, std::string_view b);

}  // namespace beckon::emulator
