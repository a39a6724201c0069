// SPDX-License-Identifier: Apache-2.0
// Removing items whose time to live has passed.
#pragma once

#include <cstdint>

#include "emulator/dynamodb/operations.h"

namespace beckon::emulator::dynamodb {

// Removes at most `limit` items over all tables and returns how many it removed. What expired more
// than five years ago stays, as in DynamoDB.
int sweep_expired(Engine& engine, int limit);

}  // namespace beckon::emulator::dynamodb
