// SPDX-License-Identifier: Apache-2.0
// GetItem, PutItem, UpdateItem, DeleteItem.
#include "emulator/dynamodb/capacity.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/projection.h"
#include "emulator/dynamodb/read_item.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/value_json.h"
#include "emulator/dynamodb/write_action.h"

namespace beckon::emulator::dynamodb {
namespace {

using Kind = WriteAction::Kind;

std::string return_values(Kind kind, json::View input) {
  const std::string wanted = enum_member(
      input, "ReturnValues", {"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"});
  if (kind != Kind::kUpdate && !wanted.empty() && wanted != "ALL_OLD" && wanted != "NONE") {
    throw validation("ReturnValues can only be ALL_OLD or NONE");
  }
  return wanted;
}

void refuse_collection_metrics(json::View input, const Table& table) {
  const std::string wanted = enum_member(input, "ReturnItemCollectionMetrics", {"SIZE", "NONE"});
  if (wanted != "SIZE") return;
  for (const auto& index : table.indexes) {  // without a local index DynamoDB answers nothing, too
    if (index.model.local) {
      throw not_supported("ReturnItemCollectionMetrics on tables with local secondary indexes");
    }
  }
}

std::vector<Path> updated_paths(const WriteAction& action) {
  std::vector<Path> paths;
  if (action.update) {
    for (const auto& change : action.update->actions) paths.push_back(change.path);
  }
  return paths;
}

void write_attributes(json::Writer& writer, const std::string& wanted, const WriteAction& action,
                      const WriteResult& result) {
  const bool old = wanted == "ALL_OLD" || wanted == "UPDATED_OLD";
  const auto& source = old ? result.before : result.after;
  if (wanted.empty() || wanted == "NONE" || !source) return;
  const bool all = wanted.starts_with("ALL");
  const Item shown = all ? *source : project(*source, updated_paths(action));
  if (shown.empty()) return;
  writer.key("Attributes");
  write_item(writer, shown);
}

std::string write_one(Kind kind, Engine& engine, json::View input) {
  const std::string wanted = return_values(kind, input);
  Capacity capacity(input);
  const WriteAction action = read_action(kind, input, engine.catalog);
  refuse_collection_metrics(input, *action.table);
  check_action(action);
  Store::Transaction transaction(engine.store);
  const WriteResult result = apply(action, engine.store);
  transaction.commit();
  capacity.add_write(*action.table, result.cost, 1);
  json::Writer writer;
  writer.begin_object();
  write_attributes(writer, wanted, action, result);
  capacity.write_one(writer);
  return writer.end_object().take();
}

}  // namespace

std::string get_item(Engine& engine, json::View input) {
  const std::string name = table_name(input);
  const bool consistent = flag_member(input, "ConsistentRead", false);
  Capacity capacity(input);
  const Item key = read_item(input["Key"], "Key");
  const Projection projection = read_projection(input);
  const Table& table = existing_table(engine.catalog, name);
  check_key(key, table);
  check_projection(projection, table);
  const auto found = engine.store.get(table.id, key_of(key, table));
  capacity.add_read(table, nullptr, read_units(found ? found->bytes : 0, consistent));
  json::Writer writer;
  writer.begin_object();
  if (found) writer.key("Item").raw(projected_json(*found, projection));
  capacity.write_one(writer);
  return writer.end_object().take();
}

std::string put_item(Engine& engine, json::View input) {
  return write_one(Kind::kPut, engine, input);
}

std::string update_item(Engine& engine, json::View input) {
  return write_one(Kind::kUpdate, engine, input);
}

std::string delete_item(Engine& engine, json::View input) {
  return write_one(Kind::kDelete, engine, input);
}

}  // namespace beckon::emulator::dynamodb
