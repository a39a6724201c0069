// SPDX-License-Identifier: Apache-2.0
// CRC-32 (the one of zip and Ethernet), as in DynamoDB's header x-amz-crc32. It finds damage, not
// forgery.
#pragma once

#include <cstdint>
#include <string_view>

namespace beckon::crypto {

std::uint32_t crc32(std::string_view bytes);

}  // namespace beckon::crypto
