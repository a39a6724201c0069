// SPDX-License-Identifier: Apache-2.0
// What can be said about operands before an item is seen: known functions, how many arguments they
// take, and types of values that never fit. Works on bound operands; unbound values are skipped.
#pragma once

#include <string>

#include "emulator/dynamodb/expression.h"

namespace beckon::emulator::dynamodb {

struct OperandComplaint {
  enum class Kind { kUnknownFunction, kCount, kType };
  Kind kind = Kind::kType;
  std::string text;  // "" if all is well
};

OperandComplaint check_condition_function(const Operand& function);
OperandComplaint check_update_function(const Operand& function);  // also kPlus, kMinus
OperandComplaint check_comparison(const Condition& condition);
std::string check_set_operand(const UpdateAction& action);  // ADD and DELETE: the value's type

}  // namespace beckon::emulator::dynamodb
