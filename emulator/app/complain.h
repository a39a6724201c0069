// SPDX-License-Identifier: Apache-2.0
// How everything is said that keeps beckon-emulator from starting, or ends it.
#pragma once

#include <string_view>

namespace beckon::emulator {

// Prints the message on the standard error, each line under the program's name. Returns status, the
// one to exit with.
int complain(int status, std::string_view message);

}  // namespace beckon::emulator
