// SPDX-License-Identifier: Apache-2.0
// One write of one item: what PutItem, UpdateItem, DeleteItem and the actions of TransactWriteItems
// and BatchWriteItem have in common. First made from a request and checked, then applied.
#pragma once

#include <memory>
#include <optional>

#include "common/json/json.h"
#include "emulator/dynamodb/catalog.h"
#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/item_writer.h"

namespace beckon::emulator::dynamodb {

struct WriteAction {
  enum class Kind { kPut, kUpdate, kDelete, kCheck };
  Kind kind = Kind::kPut;
  const Table* table = nullptr;
  Item item;                           // kPut: the item; otherwise the key
  std::unique_ptr<Bindings> bindings;  // condition and update point into it
  std::optional<Condition> condition;
  std::optional<Update> update;
  bool return_old_on_failure = false;  // ReturnValuesOnConditionCheckFailure=ALL_OLD
};

struct WriteResult {
  std::optional<Item> before;
  std::optional<Item> after;
  WriteCost cost;
};

// From a request (or a member of TransactItems). Throws Fault; what is said about an item's keys
// comes from check_action, since a transaction reports that as a cancellation reason.
WriteAction read_action(WriteAction::Kind kind, json::View input, const Catalog& catalog);
void check_action(const WriteAction& action);

// Evaluates the condition on the stored item, then writes. Inside a Store::Transaction. Throws
// Fault: ConditionalCheckFailedException (with Item if wanted), ValidationException.
WriteResult apply(const WriteAction& action, Store& store);

// Of a checked action.
KeyBytes key_of(const WriteAction& action);

}  // namespace beckon::emulator::dynamodb
