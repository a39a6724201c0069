// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/message.h"

#include <strings.h>

namespace beckon::emulator {

std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [header, value] : headers) {
    if (header.size() == name.size() && strncasecmp(header.data(), name.data(), name.size()) == 0) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace beckon::emulator
