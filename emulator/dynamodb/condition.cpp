// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/condition.h"

#include <algorithm>

namespace beckon::emulator::dynamodb {
namespace {

using Op = Condition::Op;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// size() of a value; none for types that have no size.
const Value* size_value(const Value* value, Value& scratch) {
  if (value == nullptr) return nullptr;
  std::size_t size = 0;
  switch (value->type) {
    case Type::kString: size = characters(value->text); break;
    case Type::kBinary: size = value->text.size(); break;
    case Type::kStringSet:
    case Type::kNumberSet:
    case Type::kBinarySet: size = value->members.size(); break;
    case Type::kList: size = value->list.size(); break;
    case Type::kMap: size = value->map.size(); break;
    default: return nullptr;
  }
  scratch = number_value(std::to_string(size));
  return &scratch;
}

const Value* value_of(const Operand& operand, const Item& item, Value& scratch) {
  switch (operand.kind) {
    case Operand::Kind::kPath: return find_path(item, operand.path);
    case Operand::Kind::kValue: return operand.value;
    case Operand::Kind::kFunction: {  // the binder lets only size through
      Value inner;
      return size_value(value_of(operand.arguments[0], item, inner), scratch);
    }
    default: return nullptr;
  }
}

bool compares(Op op, const Value* a, const Value* b) {
  // A missing attribute equals nothing, so "missing <> :v" is true.
  const bool equal = a != nullptr && b != nullptr && *a == *b;
  if (op == Op::kEqual) return equal;
  if (op == Op::kNotEqual) return !equal;
  if (a == nullptr || b == nullptr || a->type != b->type || !is_ordered(a->type)) return false;
  const int order = compare_ordered(*a, *b);
  switch (op) {
    case Op::kLess: return order < 0;
    case Op::kLessEqual: return order <= 0;
    case Op::kGreater: return order > 0;
    case Op::kGreaterEqual: return order >= 0;
    default: return false;
  }
}

bool contains(const Value* container, const Value* wanted) {
  if (container == nullptr || wanted == nullptr) return false;
  const auto has_member = [&](Type member_type) {
    return wanted->type == member_type &&
           std::find(container->members.begin(), container->members.end(), wanted->text) !=
               container->members.end();
  };
  switch (container->type) {
    case Type::kString:
    case Type::kBinary:
      return wanted->type == container->type &&
             container->text.find(wanted->text) != std::string::npos;
    case Type::kStringSet: return has_member(Type::kString);
    case Type::kNumberSet: return has_member(Type::kNumber);
    case Type::kBinarySet: return has_member(Type::kBinary);
    case Type::kList:
      return std::find(container->list.begin(), container->list.end(), *wanted) !=
             container->list.end();
    default: return false;
  }
}

bool begins_with(const Value* value, const Value* prefix) {
  return value != nullptr && prefix != nullptr && value->type == prefix->type &&
         (value->type == Type::kString || value->type == Type::kBinary) &&
         value->text.starts_with(prefix->text);
}

bool function_holds(const Operand& function, const Item& item) {
  Value first_scratch;
  Value second_scratch;
  const Value* first = value_of(function.arguments[0], item, first_scratch);
  if (function.name == "attribute_exists") return first != nullptr;
  if (function.name == "attribute_not_exists") return first == nullptr;
  const Value* second = value_of(function.arguments[1], item, second_scratch);
  if (function.name == "begins_with") return begins_with(first, second);
  if (function.name == "contains") return contains(first, second);
  return first != nullptr && second != nullptr && name_of(first->type) == second->text;
}

}  // namespace

const Value* find_path(const Item& item, const Path& path) {
  const auto first = item.find(path[0].name);
  if (first == item.end()) return nullptr;
  const Value* value = &first->second;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (path[i].is_index) {
      if (value->type != Type::kList || path[i].index >= value->list.size()) return nullptr;
      value = &value->list[path[i].index];
    } else {
      if (value->type != Type::kMap) return nullptr;
      const auto member = value->map.find(path[i].name);
      if (member == value->map.end()) return nullptr;
      value = &member->second;
    }
  }
  return value;
}

bool holds(const Condition& condition, const Item& item) {
  switch (condition.op) {
    case Op::kAnd: return holds(condition.children[0], item) && holds(condition.children[1], item);
    case Op::kOr: return holds(condition.children[0], item) || holds(condition.children[1], item);
    case Op::kNot: return !holds(condition.children[0], item);
    case Op::kFunction: return function_holds(condition.operands[0], item);
    default: break;
  }
  Value first_scratch;
  const Value* first = value_of(condition.operands[0], item, first_scratch);
  const auto compares_with = [&](Op op, const Operand& operand) {
    Value scratch;
    return compares(op, first, value_of(operand, item, scratch));
  };
  if (condition.op == Op::kBetween) {
    return compares_with(Op::kGreaterEqual, condition.operands[1]) &&
           compares_with(Op::kLessEqual, condition.operands[2]);
  }
  if (condition.op == Op::kIn) {
    return std::any_of(condition.operands.begin() + 1, condition.operands.end(),
                       [&](const Operand& operand) { return compares_with(Op::kEqual, operand); });
  }
  return compares_with(condition.op, condition.operands[1]);
}

void collect_paths(const Operand& operand, std::vector<const Path*>& out) {
  if (operand.kind == Operand::Kind::kPath) out.push_back(&operand.path);
  for (const auto& argument : operand.arguments) collect_paths(argument, out);
}

void collect_paths(const Condition& condition, std::vector<const Path*>& out) {
  for (const auto& child : condition.children) collect_paths(child, out);
  for (const auto& operand : condition.operands) collect_paths(operand, out);
}

}  // namespace beckon::emulator::dynamodb
