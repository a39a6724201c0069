// SPDX-License-Identifier: Apache-2.0
// What a function returns to API Gateway (Lambda proxy integration), and how strictly it is read:
// one unknown key and the whole response counts as malformed, as on AWS.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"

namespace beckon::emulator {

struct ProxyResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;  // decoded if it was base64

  // The last value of that header, compared without case.
  std::optional<std::string_view> header(std::string_view name) const;
};

// kInvalid says what is wrong, for the log: the client never learns it.
base::Result<ProxyResponse> parse_proxy_response(std::string_view payload);

}  // namespace beckon::emulator
