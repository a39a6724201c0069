// SPDX-License-Identifier: Apache-2.0
// MD5, because SQS sends it and SDKs check it. It protects nothing.
#pragma once

#include <string>
#include <string_view>

namespace beckon::emulator {

// Lower-case hexadecimal, 32 digits.
std::string md5_hex(std::string_view bytes);

}  // namespace beckon::emulator
