// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/update.h"

#include <algorithm>
#include <utility>

#include "common/base/assert.h"
#include "emulator/dynamodb/condition.h"
#include "emulator/dynamodb/decimal.h"
#include "emulator/dynamodb/fault.h"

namespace beckon::emulator::dynamodb {
namespace {

using Kind = UpdateAction::Kind;

Fault wrong_operand() {
  return validation("An operand in the update expression has an incorrect data type");
}
Fault wrong_path() {
  return validation("The document path provided in the update expression is invalid for update");
}

Value arithmetic(const Value& a, const Value& b, bool plus) {
  if (a.type != Type::kNumber || b.type != Type::kNumber) throw wrong_operand();
  const auto left = parse_decimal(a.text);
  const auto right = parse_decimal(b.text);
  BECKON_ASSERT(left && right);
  const auto result = plus ? add(*left, *right) : subtract(*left, *right);
  if (!result) throw validation(result.error().message);
  return number_value(to_string(*result));
}

Value evaluate(const Operand& operand, const Item& item) {
  switch (operand.kind) {
    case Operand::Kind::kValue: return *operand.value;
    case Operand::Kind::kPath: {
      const Value* value = find_path(item, operand.path);
      if (value == nullptr) {
        throw validation(
            "The provided expression refers to an attribute that does not exist in the item");
      }
      return *value;
    }
    case Operand::Kind::kPlus:
    case Operand::Kind::kMinus:
      return arithmetic(evaluate(operand.arguments[0], item), evaluate(operand.arguments[1], item),
                        operand.kind == Operand::Kind::kPlus);
    case Operand::Kind::kFunction: break;
  }
  if (operand.name == "if_not_exists") {
    const Value* value = find_path(item, operand.arguments[0].path);
    return value != nullptr ? *value : evaluate(operand.arguments[1], item);
  }
  Value head = evaluate(operand.arguments[0], item);
  Value tail = evaluate(operand.arguments[1], item);
  if (head.type != Type::kList || tail.type != Type::kList) throw wrong_operand();
  std::move(tail.list.begin(), tail.list.end(), std::back_inserter(head.list));
  return head;
}

// The value that ADD leaves; existing may be null.
Value added(const Value* existing, const Value& operand) {
  if (existing == nullptr) return operand;
  if (existing->type != operand.type) throw wrong_operand();
  if (operand.type == Type::kNumber) return arithmetic(*existing, operand, true);
  Value result = *existing;
  result.members.insert(result.members.end(), operand.members.begin(), operand.members.end());
  normalize_set(result);
  return result;
}

// The set that DELETE leaves; without members if nothing is left.
Value deleted(const Value& existing, const Value& operand) {
  if (existing.type != operand.type) throw wrong_operand();
  Value result = existing;
  std::erase_if(result.members, [&](const std::string& member) {
    return std::find(operand.members.begin(), operand.members.end(), member) !=
           operand.members.end();
  });
  return result;
}

struct Change {
  const Path* path;
  Value value;
};

// The map or list that holds the path's last part; null parent means the item itself.
Value* parent_of(Item& item, const Path& path) {
  if (path.size() == 1) return nullptr;
  const Path head(path.begin(), path.end() - 1);
  Value* parent = const_cast<Value*>(find_path(item, head));  // item is not const
  const bool fits =
      parent != nullptr && parent->type == (path.back().is_index ? Type::kList : Type::kMap);
  if (!fits) throw wrong_path();
  return parent;
}

void put_at(Item& item, Change& change) {
  const PathPart& last = change.path->back();
  Value* parent = parent_of(item, *change.path);
  if (parent == nullptr) {
    item[last.name] = std::move(change.value);
  } else if (!last.is_index) {
    parent->map[last.name] = std::move(change.value);
  } else if (last.index < parent->list.size()) {
    parent->list[last.index] = std::move(change.value);
  } else {
    parent->list.push_back(std::move(change.value));  // beyond the end: appended
  }
}

void remove_at(Item& item, const Path& path) {
  const PathPart& last = path.back();
  Value* parent = parent_of(item, path);
  if (parent == nullptr) {
    item.erase(last.name);
  } else if (!last.is_index) {
    parent->map.erase(last.name);
  } else if (last.index < parent->list.size()) {
    parent->list.erase(parent->list.begin() + static_cast<std::ptrdiff_t>(last.index));
  }
}

bool path_less(const Path& a, const Path& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](const PathPart& x, const PathPart& y) {
                                        if (x.is_index != y.is_index) return !x.is_index;
                                        return x.is_index ? x.index < y.index : x.name < y.name;
                                      });
}

}  // namespace

void apply_update(const Update& update, Item& item) {
  std::vector<Change> puts;
  std::vector<const Path*> removals;
  for (const auto& action : update.actions) {
    const Value* existing = find_path(item, action.path);
    switch (action.kind) {
      case Kind::kSet: puts.push_back({&action.path, evaluate(action.operand, item)}); break;
      case Kind::kRemove: removals.push_back(&action.path); break;
      case Kind::kAdd:
        puts.push_back({&action.path, added(existing, *action.operand.value)});
        break;
      case Kind::kDelete: {
        if (existing == nullptr) {
          parent_of(item, action.path);  // an impossible path is an error all the same
          break;
        }
        Value rest = deleted(*existing, *action.operand.value);
        if (rest.members.empty()) {
          removals.push_back(&action.path);
        } else {
          puts.push_back({&action.path, std::move(rest)});
        }
        break;
      }
    }
  }
  // Appends in the order of their indexes; removals from the back, so that no index shifts.
  std::sort(puts.begin(), puts.end(),
            [](const Change& a, const Change& b) { return path_less(*a.path, *b.path); });
  std::sort(removals.begin(), removals.end(),
            [](const Path* a, const Path* b) { return path_less(*b, *a); });
  for (auto& change : puts) put_at(item, change);
  for (const Path* path : removals) remove_at(item, *path);
}

}  // namespace beckon::emulator::dynamodb
