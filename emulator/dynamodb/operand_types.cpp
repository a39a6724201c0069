// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/operand_types.h"

#include <optional>
#include <utility>

namespace beckon::emulator::dynamodb {
namespace {

using Kind = OperandComplaint::Kind;

struct Signature {
  std::string_view name;
  std::size_t arguments;
};
constexpr Signature kConditionFunctions[] = {
    {"attribute_exists", 1}, {"attribute_not_exists", 1},
    {"attribute_type", 2},   {"begins_with", 2},
    {"contains", 2},         {"size", 1},
};
constexpr Signature kUpdateFunctions[] = {{"if_not_exists", 2}, {"list_append", 2}};

template <std::size_t N>
const Signature* find(const Signature (&table)[N], std::string_view name) {
  for (const auto& entry : table) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

// The type if it is known now.
std::optional<Type> type_of(const Operand& operand) {
  if (operand.kind == Operand::Kind::kValue && operand.value != nullptr) return operand.value->type;
  if (operand.kind == Operand::Kind::kFunction && operand.name == "size") return Type::kNumber;
  return std::nullopt;
}

OperandComplaint wrong_type(std::string_view name, std::string_view type) {
  return {Kind::kType, "Incorrect operand type for operator or function; operator or function: " +
                           std::string(name) + ", operand type: " + std::string(type)};
}

OperandComplaint needs_path(std::string_view name) {
  return {Kind::kType, "Operator or function requires a document path; operator or function: " +
                           std::string(name)};
}

OperandComplaint wrong_count(const Operand& function) {
  return {Kind::kCount,
          "Incorrect number of operands for operator or function; operator or function: " +
              function.name + ", number of operands: " + std::to_string(function.arguments.size())};
}

OperandComplaint check_attribute_type(const Operand& function) {
  const Operand& operand = function.arguments[1];
  const auto type = type_of(operand);
  if (type != Type::kString) {
    if (operand.kind == Operand::Kind::kValue && !type) return {};  // undefined: said elsewhere
    return wrong_type(function.name, type ? name_of(*type) : "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}");
  }
  for (int i = 0; i <= static_cast<int>(Type::kMap); ++i) {
    if (name_of(static_cast<Type>(i)) == operand.value->text) return {};
  }
  return {Kind::kType, "Invalid attribute type name found; type: " + operand.value->text +
                           ", valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"};
}

OperandComplaint check_begins_with(const Operand& function) {
  for (const auto& argument : function.arguments) {
    const auto type = type_of(argument);
    if (type && *type != Type::kString && *type != Type::kBinary) {
      return wrong_type(function.name, name_of(*type));
    }
  }
  return {};
}

OperandComplaint check_size(const Operand& function) {
  const auto type = type_of(function.arguments[0]);
  if (type == Type::kNumber || type == Type::kBool || type == Type::kNull) {
    return wrong_type(function.name, name_of(*type));
  }
  return {};
}

std::string bound_text(const Operand& operand) {
  return "AttributeValue: " + debug_text(*operand.value);
}

OperandComplaint check_between(const Condition& condition) {
  const Operand& low = condition.operands[1];
  const Operand& high = condition.operands[2];
  if (low.value == nullptr || high.value == nullptr) return {};
  const std::string bounds =
      "; lower bound operand: " + bound_text(low) + ", upper bound operand: " + bound_text(high);
  if (low.value->type != high.value->type) {
    return {Kind::kType,
            "The BETWEEN operator requires same data type for lower and upper bounds" + bounds};
  }
  if (is_ordered(low.value->type) && compare_ordered(*low.value, *high.value) > 0) {
    return {Kind::kType,
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound" +
                bounds};
  }
  return {};
}

bool orders(Condition::Op op) {
  using Op = Condition::Op;
  return op == Op::kLess || op == Op::kLessEqual || op == Op::kGreater || op == Op::kGreaterEqual ||
         op == Op::kBetween;
}

}  // namespace

OperandComplaint check_condition_function(const Operand& function) {
  const Signature* signature = find(kConditionFunctions, function.name);
  if (signature == nullptr) {
    if (find(kUpdateFunctions, function.name) != nullptr) {
      return {Kind::kUnknownFunction,
              "The function is not allowed in a condition expression; function: " + function.name};
    }
    return {Kind::kUnknownFunction, "Invalid function name; function: " + function.name};
  }
  if (function.arguments.size() != signature->arguments) return wrong_count(function);
  if (function.name == "begins_with") return check_begins_with(function);
  if (function.name == "attribute_type") return check_attribute_type(function);
  if (function.name == "size") return check_size(function);
  if (function.name != "contains" && function.arguments[0].kind != Operand::Kind::kPath) {
    return needs_path(function.name);
  }
  return {};
}

OperandComplaint check_update_function(const Operand& function) {
  if (function.kind == Operand::Kind::kPlus || function.kind == Operand::Kind::kMinus) {
    for (const auto& argument : function.arguments) {
      const auto type = type_of(argument);
      if (type && *type != Type::kNumber) {
        return wrong_type(function.kind == Operand::Kind::kPlus ? "+" : "-", name_of(*type));
      }
    }
    return {};
  }
  const Signature* signature = find(kUpdateFunctions, function.name);
  if (signature == nullptr) {
    if (find(kConditionFunctions, function.name) != nullptr) {
      return {Kind::kUnknownFunction,
              "The function is not allowed in an update expression; function: " + function.name};
    }
    return {Kind::kUnknownFunction, "Invalid function name; function: " + function.name};
  }
  if (function.arguments.size() != signature->arguments) return wrong_count(function);
  if (function.name == "if_not_exists") {
    return function.arguments[0].kind == Operand::Kind::kPath ? OperandComplaint{}
                                                              : needs_path(function.name);
  }
  for (const auto& argument : function.arguments) {
    const auto type = type_of(argument);
    if (type && *type != Type::kList) return wrong_type(function.name, name_of(*type));
  }
  return {};
}

OperandComplaint check_comparison(const Condition& condition) {
  if (condition.op == Condition::Op::kIn && condition.operands.size() > kInOperandsMax + 1) {
    return {Kind::kCount,
            "The IN operator is provided with too many operands; number of operands: " +
                std::to_string(condition.operands.size() - 1)};
  }
  if (!orders(condition.op)) return {};
  for (const auto& operand : condition.operands) {
    const auto type = type_of(operand);
    if (type && !is_ordered(*type)) return wrong_type(symbol_of(condition.op), name_of(*type));
  }
  return condition.op == Condition::Op::kBetween ? check_between(condition) : OperandComplaint{};
}

std::string check_set_operand(const UpdateAction& action) {
  if (action.kind != UpdateAction::Kind::kAdd && action.kind != UpdateAction::Kind::kDelete)
    return "";
  const auto type = type_of(action.operand);
  const bool adds = action.kind == UpdateAction::Kind::kAdd;
  if (!type || is_set(*type) || (adds && *type == Type::kNumber)) return "";
  const std::string name = adds ? "ADD" : "DELETE";
  return "Incorrect operand type for operator or function; operator: " + name +
         ", operand type: " + std::string(long_name_of(*type)) + ", typeSet: ALLOWED_FOR_" + name +
         "_OPERAND";
}

}  // namespace beckon::emulator::dynamodb
