// SPDX-License-Identifier: Apache-2.0
// BatchGetItem and BatchWriteItem.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "emulator/dynamodb/capacity.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/read_item.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/value_json.h"
#include "emulator/dynamodb/write_action.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::size_t kGetKeysMax = 100;    // API reference: BatchGetItem
constexpr std::size_t kWriteItemsMax = 25;  // API reference: BatchWriteItem
constexpr std::size_t kAnswerBytesMax = 16 * 1024 * 1024;

using SeenKeys = std::set<std::pair<const Table*, std::pair<std::string, std::string>>>;

void check_new(SeenKeys& seen, const Table& table, const KeyBytes& key) {
  if (!seen.insert({&table, {key.hash, key.range}}).second) {
    throw validation("Provided list of item keys contains duplicates");
  }
}

json::View request_items(json::View input) {
  const json::View items = object_member(input, "RequestItems");
  if (!items.exists()) {
    throw validation("The parameter 'RequestItems' is required but was not present in the request");
  }
  if (items.size() == 0) {
    throw validation(constraint_text("{}", "requestItems",
                                     "Member must have length greater than or equal to 1"));
  }
  return items;
}

struct TableRead {
  json::View request;
  const Table* table = nullptr;
  bool consistent = false;
  Projection projection;
  std::vector<Item> keys;
};

std::vector<TableRead> read_requests(Engine& engine, json::View input) {
  std::vector<TableRead> reads;
  std::size_t keys_count = 0;
  SeenKeys seen;
  for (json::View member : request_items(input)) {
    TableRead read;
    read.request = member;
    if (!member.is_object()) throw serialization("Unexpected field type");
    read.consistent = flag_member(member, "ConsistentRead", false);
    read.projection = read_projection(member);
    for (json::View key : list_member(member, "Keys")) read.keys.push_back(read_item(key, "Keys"));
    keys_count += read.keys.size();
    if (read.keys.empty()) {
      throw validation(constraint_text("[]",
                                       "requestItems." + std::string(member.key()) + ".member.keys",
                                       "Member must have length greater than or equal to 1"));
    }
    if (keys_count > kGetKeysMax) {
      throw validation("Too many items requested for the BatchGetItem call");
    }
    read.table = &existing_table(engine.catalog, checked_table_name(member.key()));
    check_projection(read.projection, *read.table);
    for (const auto& key : read.keys) {
      check_key(key, *read.table);
      check_new(seen, *read.table, key_of(key, *read.table));
    }
    reads.push_back(std::move(read));
  }
  return reads;
}

// The part of a table's request that was not served: its own members with the keys left over.
void write_unprocessed(json::Writer& writer, const TableRead& read, std::size_t from) {
  if (from >= read.keys.size()) return;
  writer.key(read.request.key()).begin_object();
  for (json::View member : read.request) {
    if (member.key() != "Keys") writer.member(member.key(), member);
  }
  writer.key("Keys").begin_array();
  for (std::size_t i = from; i < read.keys.size(); ++i) write_item(writer, read.keys[i]);
  writer.end_array().end_object();
}

std::vector<WriteAction> batch_actions(Engine& engine, json::View items) {
  std::vector<WriteAction> actions;
  for (json::View member : items) {
    if (!member.is_array()) throw serialization("Unexpected field type");
    const std::string name = checked_table_name(member.key());
    for (json::View request : member) {
      const json::View put = object_member(request, "PutRequest");
      const json::View erase = object_member(request, "DeleteRequest");
      if (put.exists() == erase.exists()) {
        throw validation(
            "Supplied AttributeValue has more than one datatypes set, must contain "
            "exactly one of the supported datatypes");
      }
      WriteAction action;
      action.kind = put.exists() ? WriteAction::Kind::kPut : WriteAction::Kind::kDelete;
      action.item = put.exists() ? read_item(put["Item"], "Item") : read_item(erase["Key"], "Key");
      if (size_of(action.item) > kItemBytesMax) {
        throw validation("Item size has exceeded the maximum allowed size");
      }
      action.table = &existing_table(engine.catalog, name);
      actions.push_back(std::move(action));
    }
  }
  if (actions.size() > kWriteItemsMax) {
    throw validation("Too many items requested for the BatchWriteItem call");
  }
  return actions;
}

}  // namespace

std::string batch_get_item(Engine& engine, json::View input) {
  Capacity capacity(input);
  const std::vector<TableRead> reads = read_requests(engine, input);
  std::size_t bytes = 0;
  std::vector<std::size_t> served(reads.size(), 0);
  json::Writer writer;
  writer.begin_object().key("Responses").begin_object();
  for (std::size_t i = 0; i < reads.size(); ++i) {
    const TableRead& read = reads[i];
    writer.key(read.request.key()).begin_array();
    for (const auto& key : read.keys) {
      if (bytes > kAnswerBytesMax) break;
      const auto found = engine.store.get(read.table->id, key_of(key, *read.table));
      ++served[i];
      capacity.add_read(*read.table, nullptr,
                        read_units(found ? found->bytes : 0, read.consistent));
      if (!found) continue;
      bytes += found->bytes;
      writer.raw(projected_json(*found, read.projection));
    }
    writer.end_array();
  }
  writer.end_object().key("UnprocessedKeys").begin_object();
  for (std::size_t i = 0; i < reads.size(); ++i) write_unprocessed(writer, reads[i], served[i]);
  writer.end_object();
  capacity.write_list(writer);
  return writer.end_object().take();
}

std::string batch_write_item(Engine& engine, json::View input) {
  Capacity capacity(input);
  const std::vector<WriteAction> actions = batch_actions(engine, request_items(input));
  SeenKeys seen;
  for (const auto& action : actions) {
    check_action(action);
    check_new(seen, *action.table, key_of(action));
  }
  Store::Transaction transaction(engine.store);
  for (const auto& action : actions) {
    capacity.add_write(*action.table, apply(action, engine.store).cost, 1);
  }
  transaction.commit();
  json::Writer writer;
  writer.begin_object().key("UnprocessedItems").begin_object().end_object();
  capacity.write_list(writer);
  return writer.end_object().take();
}

}  // namespace beckon::emulator::dynamodb
