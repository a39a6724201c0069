// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/item_writer.h"

#include <algorithm>
#include <cmath>

#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/projection.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

double write_units(std::size_t bytes) {
  return std::max(1.0, std::ceil(static_cast<double>(bytes) / 1024.0));
}

// Units that the index cost; 0 if nothing in it changed.
double update_index(Store& store, const Table& table, const Index& index, const KeyBytes& base,
                    const Item* before, const Item* after) {
  const auto old_key = before != nullptr ? index_key_of(*before, index.model) : std::nullopt;
  const auto new_key = after != nullptr ? index_key_of(*after, index.model) : std::nullopt;
  if (!old_key && !new_key) return 0;
  const auto units = [&](const Item& item) {
    return write_units(size_of(projected(item, table, index.model)));
  };
  if (old_key && new_key && *old_key == *new_key) {
    const bool same =
        projected(*before, table, index.model) == projected(*after, table, index.model);
    return same ? 0 : std::max(units(*before), units(*after));
  }
  double cost = 0;
  if (old_key) {
    store.erase_index_row(index.id, {*old_key, base});
    cost += units(*before);
  }
  if (new_key) {
    store.put_index_row(index.id, {*new_key, base});
    cost += units(*after);
  }
  return cost;
}

}  // namespace

Item projected(const Item& item, const Table& table, const IndexModel& index) {
  if (index.projection == "ALL") return item;
  std::vector<std::string> names = start_key_names(table, nullptr);
  names.push_back(index.hash.name);
  if (index.range) names.push_back(index.range->name);
  if (index.projection == "INCLUDE") {
    names.insert(names.end(), index.included.begin(), index.included.end());
  }
  return project_names(item, names);
}

WriteCost replace_item(Store& store, const Table& table, const Item* before, const Item* after) {
  WriteCost cost;
  const std::size_t old_bytes = before != nullptr ? size_of(*before) : 0;
  const std::size_t new_bytes = after != nullptr ? size_of(*after) : 0;
  cost.table_units = write_units(std::max(old_bytes, new_bytes));
  if (before == nullptr && after == nullptr) return cost;
  const KeyBytes key = key_of(after != nullptr ? *after : *before, table);
  if (after != nullptr) {
    store.put(table.id, key, {item_json(*after), new_bytes},
              expiry_of(*after, table.ttl_attribute));
  } else {
    store.erase(table.id, key);
  }
  for (const auto& index : table.indexes) {
    const double units = update_index(store, table, index, key, before, after);
    if (units > 0) cost.index_units.emplace_back(&index, units);
  }
  return cost;
}

}  // namespace beckon::emulator::dynamodb
