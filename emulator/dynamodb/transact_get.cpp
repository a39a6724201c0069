// SPDX-License-Identifier: Apache-2.0
// TransactGetItems, and the limits it shares with TransactWriteItems.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "emulator/dynamodb/cancellation.h"
#include "emulator/dynamodb/capacity.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/read_item.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/transact_limits.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {

json::View transact_items(json::View input) {
  const json::View items = list_member(input, "TransactItems");
  if (!items.exists()) {
    throw validation(
        "The parameter 'TransactItems' is required but was not present in the request");
  }
  if (items.size() == 0) {
    throw validation(constraint_text("[]", "transactItems",
                                     "Member must have length greater than or equal to 1"));
  }
  if (items.size() > kTransactItemsMax) {
    throw validation(constraint_text("[" + std::to_string(items.size()) + " items]",
                                     "transactItems",
                                     "Member must have length less than or equal to 100"));
  }
  return items;
}

namespace {

struct Get {
  Item key;
  Projection projection;
  const Table* table = nullptr;
};

Get read_entry(json::View entry, const Catalog& catalog) {
  const json::View request = object_member(entry, "Get");
  if (!request.exists()) {
    throw validation("The parameter 'Get' is required but was not present in the request");
  }
  Get get;
  const std::string name = table_name(request);
  get.key = read_item(request["Key"], "Key");
  get.projection = read_projection(request);
  get.table = &existing_table(catalog, name);
  return get;
}

}  // namespace

std::string transact_get_items(Engine& engine, json::View input) {
  Capacity capacity(input);
  std::vector<Get> gets;
  for (json::View entry : transact_items(input)) gets.push_back(read_entry(entry, engine.catalog));
  for_all(gets, [](const Get& get) {
    check_key(get.key, *get.table);
    check_projection(get.projection, *get.table);
  });
  std::set<std::pair<const Table*, std::pair<std::string, std::string>>> seen;
  for (const auto& get : gets) {
    const KeyBytes key = key_of(get.key, *get.table);
    if (!seen.insert({get.table, {key.hash, key.range}}).second) {
      throw validation("Transaction request cannot include multiple operations on one item");
    }
  }
  std::size_t bytes = 0;
  json::Writer writer;
  writer.begin_object().key("Responses").begin_array();
  for (const auto& get : gets) {
    const auto found = engine.store.get(get.table->id, key_of(get.key, *get.table));
    capacity.add_read(*get.table, nullptr, 2 * read_units(found ? found->bytes : 0, true));
    bytes += found ? found->bytes : 0;
    if (bytes > kTransactBytesMax) {
      throw validation("Transaction is too large: the items have more than the 4 MB allowed");
    }
    writer.begin_object();
    if (found) writer.key("Item").raw(projected_json(*found, get.projection));
    writer.end_object();
  }
  writer.end_array();
  capacity.write_list(writer);
  return writer.end_object().take();
}

}  // namespace beckon::emulator::dynamodb
