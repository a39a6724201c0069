// SPDX-License-Identifier: Apache-2.0
// What the emulator holds of the heap at the moment, and what of it is SQLite's: for tests that
// look for leaks to the byte, and need not guess what the tables' pages take.
#pragma once

#include <string>

namespace beckon::emulator {

// {"allocated":…,"sqlite":…}, bytes; sqlite is a part of allocated.
std::string memory_json();

}  // namespace beckon::emulator
