// SPDX-License-Identifier: Apache-2.0
// Writing an item together with its index rows. Call inside a Store::Transaction.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/value.h"

namespace beckon::emulator::dynamodb {

// What a write cost, in DynamoDB's write units before doubling for transactions.
struct WriteCost {
  double table_units = 0;
  std::vector<std::pair<const Index*, double>> index_units;  // of the indexes that changed
};

// Both null is a write of nothing, which costs one unit. after must have been checked with
// check_item; before is the item as stored.
WriteCost replace_item(Store& store, const Table& table, const Item* before, const Item* after);

// What of the item is in the index.
Item projected(const Item& item, const Table& table, const IndexModel& index);

}  // namespace beckon::emulator::dynamodb
