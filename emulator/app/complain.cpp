// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/complain.h"

#include <fmt/format.h>

#include <cstdio>

namespace beckon::emulator {

int complain(int status, std::string_view message) {
  while (true) {
    const std::size_t end = message.find('\n');
    fmt::print(stderr, "beckon-emulator: {}\n", message.substr(0, end));
    if (end == std::string_view::npos) return status;
    message.remove_prefix(end + 1);
  }
}

}  // namespace beckon::emulator
