// SPDX-License-Identifier: Apache-2.0
// What a scalar's text means as a boolean, number or JSON value. Intrinsics' results are texts, as
// they are in CloudFormation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/template/node.h"

namespace beckon::emulator {

// "true"/"false", and YAML 1.1's yes/no/on/off, in lower, upper or title case.
std::optional<bool> read_boolean(std::string_view text);

// RFC 8259's grammar of numbers.
bool is_json_number(std::string_view text);

// The evaluated value as JSON text. Plain scalars become numbers, booleans and nulls where YAML
// reads them so; a number keeps its own digits.
std::string to_json(const TemplateNode& node);

}  // namespace beckon::emulator
