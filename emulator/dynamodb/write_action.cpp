// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/write_action.h"

#include "emulator/dynamodb/condition.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/key_paths.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/update.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

using Kind = WriteAction::Kind;

void read_expressions(WriteAction& action, json::View input) {
  const auto condition = expression_member(input, "ConditionExpression");
  const auto update =
      action.kind == Kind::kUpdate ? expression_member(input, "UpdateExpression") : std::nullopt;
  if (action.kind == Kind::kUpdate) {
    check_expression_use(input, {"UpdateExpression", "ConditionExpression"}, {});
  } else {
    check_expression_use(input, {"ConditionExpression"}, {});
  }
  action.bindings = std::make_unique<Bindings>(input["ExpressionAttributeNames"],
                                               input["ExpressionAttributeValues"]);
  if (update) action.update = bind_update(*update, *action.bindings);
  if (condition) {
    action.condition = bind_condition(*condition, *action.bindings, "ConditionExpression");
  }
  action.bindings->check_all_used();
}

void check_paths(const WriteAction& action) {
  if (action.update) {
    check_update_paths(*action.update, *action.table);
  }
  if (action.condition) {
    std::vector<const Path*> paths;
    collect_paths(*action.condition, paths);
    check_key_paths(paths, *action.table);
  }
}

[[noreturn]] void condition_failed(const WriteAction& action, const std::optional<Item>& before) {
  Fault fault = conditional_check_failed();
  if (action.return_old_on_failure && before) fault.members = "\"Item\":" + item_json(*before);
  throw Fault(std::move(fault));
}

Item updated(const WriteAction& action, const std::optional<Item>& before) {
  Item item = before ? *before : action.item;
  if (action.update) apply_update(*action.update, item);
  if (size_of(item) > kItemBytesMax) {
    throw validation("Item size to update has exceeded the maximum allowed size");
  }
  check_item(item, *action.table);
  return item;
}

}  // namespace

WriteAction read_action(Kind kind, json::View input, const Catalog& catalog) {
  WriteAction action;
  action.kind = kind;
  const std::string name = table_name(input);
  refuse_legacy(input, {"Expected", "AttributeUpdates", "ConditionalOperator"});
  action.return_old_on_failure =
      enum_member(input, "ReturnValuesOnConditionCheckFailure", {"ALL_OLD", "NONE"}) == "ALL_OLD";
  const char* item_name = kind == Kind::kPut ? "Item" : "Key";
  action.item = read_item(input[item_name], item_name);
  if (size_of(action.item) > kItemBytesMax) {
    throw validation("Item size has exceeded the maximum allowed size");
  }
  read_expressions(action, input);
  action.table = &existing_table(catalog, name);
  return action;
}

void check_action(const WriteAction& action) {
  if (action.kind == Kind::kPut) {
    check_item(action.item, *action.table);
  } else {
    check_key(action.item, *action.table);
  }
  check_paths(action);
}

KeyBytes key_of(const WriteAction& action) {
  return key_of(action.item, *action.table);
}

WriteResult apply(const WriteAction& action, Store& store) {
  WriteResult result;
  const auto stored = store.get(action.table->id, key_of(action));
  if (stored) result.before = stored_item(stored->json);
  static const Item kNothing;
  if (action.condition && !holds(*action.condition, result.before ? *result.before : kNothing)) {
    condition_failed(action, result.before);
  }
  switch (action.kind) {
    case Kind::kPut: result.after = action.item; break;
    case Kind::kUpdate: result.after = updated(action, result.before); break;
    case Kind::kDelete: break;
    case Kind::kCheck: result.cost.table_units = 1; return result;
  }
  result.cost = replace_item(store, *action.table, result.before ? &*result.before : nullptr,
                             result.after ? &*result.after : nullptr);
  return result;
}

}  // namespace beckon::emulator::dynamodb
