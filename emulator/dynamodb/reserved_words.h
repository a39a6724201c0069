// SPDX-License-Identifier: Apache-2.0
// The words that DynamoDB refuses as attribute names in expressions.
#pragma once

#include <string_view>

namespace beckon::emulator::dynamodb {

bool is_reserved_word(std::string_view name);  // in any case of letters

}  // namespace beckon::emulator::dynamodb
