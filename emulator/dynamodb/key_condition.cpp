// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/key_condition.h"

#include <map>
#include <string>
#include <vector>

#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"

namespace beckon::emulator::dynamodb {
namespace {

using Op = Condition::Op;

// One condition on one attribute: op and its values.
struct Part {
  Op op = Op::kEqual;
  std::vector<const Value*> values;
};
using Parts = std::map<std::string, Part>;

constexpr const char* kInvalidCondition = "Invalid condition in KeyConditionExpression: ";

Op mirrored(Op op) {
  switch (op) {
    case Op::kLess: return Op::kGreater;
    case Op::kLessEqual: return Op::kGreaterEqual;
    case Op::kGreater: return Op::kLess;
    case Op::kGreaterEqual: return Op::kLessEqual;
    default: return op;
  }
}

void refuse_operator(const Condition& condition) {
  const bool refused = condition.op == Op::kOr || condition.op == Op::kNot ||
                       condition.op == Op::kIn || condition.op == Op::kNotEqual;
  if (refused) {
    throw validation("Invalid operator used in KeyConditionExpression: " +
                     std::string(symbol_of(condition.op)));
  }
  if (condition.op == Op::kFunction && condition.operands[0].name != "begins_with") {
    throw validation("Invalid operator used in KeyConditionExpression: " +
                     condition.operands[0].name);
  }
}

void collect(const Condition& condition, Parts& parts) {
  refuse_operator(condition);
  if (condition.op == Op::kAnd) {
    collect(condition.children[0], parts);
    collect(condition.children[1], parts);
    return;
  }
  const bool function = condition.op == Op::kFunction;
  const auto& operands = function ? condition.operands[0].arguments : condition.operands;
  const bool named = function || condition.op == Op::kBetween;
  if (named && operands[0].kind != Operand::Kind::kPath) {
    throw validation(kInvalidCondition +
                     std::string(function ? "begins_with" : symbol_of(condition.op)) +
                     " operator must have the key attribute as its first operand");
  }
  const Path* path = nullptr;
  Part part;
  part.op = condition.op;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Operand& operand = operands[i];
    if (operand.kind == Operand::Kind::kFunction) {
      throw validation("KeyConditionExpressions cannot contain nested operations");
    }
    if (operand.kind == Operand::Kind::kValue) {
      part.values.push_back(operand.value);
      continue;
    }
    if (path != nullptr) {
      throw validation(std::string(kInvalidCondition) +
                       "Multiple attribute names used in one condition");
    }
    if (operand.path.size() > 1) {
      throw validation("KeyConditionExpressions cannot have conditions on nested attributes");
    }
    path = &operand.path;
    if (i == 1) part.op = mirrored(part.op);
  }
  if (path == nullptr) {
    throw validation(std::string(kInvalidCondition) + "No key attribute specified");
  }
  if (!parts.emplace((*path)[0].name, std::move(part)).second) {
    throw validation("KeyConditionExpressions must only contain one condition per key");
  }
}

void check_types(const Part& part, const KeyModel& key) {
  for (const Value* value : part.values) {
    if (!has_key_type(*value, key.type)) {
      throw validation(
          "One or more parameter values were invalid: Condition parameter type does not match "
          "schema type");
    }
    if (key.type != 'N' && value->text.empty()) {
      throw validation(
          "One or more parameter values are not valid. The AttributeValue for a key "
          "attribute cannot contain an empty " +
          std::string(key.type == 'S' ? "string" : "binary") + " value. Key: " + key.name);
    }
  }
}

// The first byte string behind all that begin with the prefix; none if there is no such.
std::optional<std::string> behind_prefix(std::string prefix) {
  while (!prefix.empty() && prefix.back() == '\xff') prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

void narrow(const Part& part, QueryRange& range) {
  const std::string first = key_bytes(*part.values[0]);
  const std::string next = first + std::string(1, '\0');
  switch (part.op) {
    case Op::kEqual:
      range.from = first;
      range.below = next;
      return;
    case Op::kLess: range.below = first; return;
    case Op::kLessEqual: range.below = next; return;
    case Op::kGreater: range.from = next; return;
    case Op::kGreaterEqual: range.from = first; return;
    case Op::kBetween:
      range.from = first;
      range.below = key_bytes(*part.values[1]) + std::string(1, '\0');
      return;
    default: range.from = first; range.below = behind_prefix(first);
  }
}

}  // namespace

KeyRange key_range(const Condition& condition, const KeyModel& hash,
                   const std::optional<KeyModel>& range) {
  Parts parts;
  collect(condition, parts);
  if (parts.size() > 2) throw validation("Conditions can be of length 1 or 2 only");
  const auto hash_part = parts.find(hash.name);
  if (parts.size() == 2 && !range) throw validation("Query key condition not supported");
  if (hash_part == parts.end()) {
    throw validation("Query condition missed key schema element: " + hash.name);
  }
  if (hash_part->second.op != Op::kEqual) throw validation("Query key condition not supported");
  check_types(hash_part->second, hash);
  KeyRange out;
  out.hash = *hash_part->second.values[0];
  out.range.hash = key_bytes(out.hash);
  if (parts.size() == 1) return out;
  const auto range_part = parts.find(range->name);
  if (range_part == parts.end()) {
    throw validation("Query condition missed key schema element: " + range->name);
  }
  check_types(range_part->second, *range);
  if (range_part->second.op == Op::kFunction && range->type == 'N') {
    throw validation("Query key condition not supported");
  }
  narrow(range_part->second, out.range);
  out.range_condition = true;
  return out;
}

}  // namespace beckon::emulator::dynamodb
