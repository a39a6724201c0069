// SPDX-License-Identifier: Apache-2.0
// Evaluating bound conditions on an item, and finding values by path.
#pragma once

#include <vector>

#include "emulator/dynamodb/expression.h"

namespace beckon::emulator::dynamodb {

// The value at the path, null if there is none.
const Value* find_path(const Item& item, const Path& path);

// An absent item is an empty one.
bool holds(const Condition& condition, const Item& item);

// Every path that the condition reads.
void collect_paths(const Condition& condition, std::vector<const Path*>& out);
void collect_paths(const Operand& operand, std::vector<const Path*>& out);

}  // namespace beckon::emulator::dynamodb
