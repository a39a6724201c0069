// SPDX-License-Identifier: Apache-2.0
// The part of an item that a list of paths names.
#pragma once

#include <string>
#include <vector>

#include "emulator/dynamodb/expression.h"

namespace beckon::emulator::dynamodb {

// What is not there is left out; elements of lists close up.
Item project(const Item& item, const std::vector<Path>& paths);
Item project_names(const Item& item, const std::vector<std::string>& names);

}  // namespace beckon::emulator::dynamodb
