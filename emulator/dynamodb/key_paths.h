// SPDX-License-Identifier: Apache-2.0
// What expressions may not do with key attributes.
#pragma once

#include <vector>

#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/expression.h"

namespace beckon::emulator::dynamodb {

// Keys are scalars: "key.a" and "key[0]" are errors. Throws Fault.
void check_key_paths(const std::vector<const Path*>& paths, const Table& table);

// An update may not change the table's key, nor give an index key another type. Throws Fault.
void check_update_paths(const Update& update, const Table& table);

}  // namespace beckon::emulator::dynamodb
