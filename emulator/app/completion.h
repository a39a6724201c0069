// SPDX-License-Identifier: Apache-2.0
// Completion for bash, made from the command line's own description, so that it cannot fall behind.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace beckon::emulator {

// A bash script that completes flags, commands, and file names elsewhere.
std::string bash_completion(const CLI::App& app);

}  // namespace beckon::emulator
