// SPDX-License-Identifier: Apache-2.0
// BECKON_ASSERT: for our own bugs only, on in every build. Input from outside is never asserted on.
#pragma once

namespace beckon::base {

// Prints "file:line: assertion failed: text" to stderr and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* file, int line, const char* text);

}  // namespace beckon::base

#define BECKON_ASSERT(condition)      \
  ((condition) ? static_cast<void>(0) \
               : ::beckon::base::assertion_failed(__FILE__, __LINE__, #condition))
