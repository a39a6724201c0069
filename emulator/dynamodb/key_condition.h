// SPDX-License-Identifier: Apache-2.0
// A KeyConditionExpression as a range of keys.
#pragma once

#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/expression.h"
#include "emulator/dynamodb/store.h"

namespace beckon::emulator::dynamodb {

struct KeyRange {
  Value hash;
  QueryRange range;  // without direction and start
  bool range_condition = false;
};

// hash, range: the keys of the table or index that is queried. Throws Fault for conditions that are
// no range of keys.
KeyRange key_range(const Condition& condition, const KeyModel& hash,
                   const std::optional<KeyModel>& range);

}  // namespace beckon::emulator::dynamodb
