// SPDX-License-Identifier: Apache-2.0
// Applying a bound update expression to an item. All operands are read from the item as it was;
// removals from lists mean the positions as they were.
#pragma once

#include "emulator/dynamodb/expression.h"

namespace beckon::emulator::dynamodb {

// Throws Fault (ValidationException) for paths and operands that do not fit the item; the item is
// then half changed and must be thrown away.
void apply_update(const Update& update, Item& item);

}  // namespace beckon::emulator::dynamodb
