// SPDX-License-Identifier: Apache-2.0
// The syntax trees of DynamoDB's expressions. The parser fills in names as they were written; the
// binder (expression_binder.h) then puts attribute names and values in their place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "emulator/dynamodb/value.h"

namespace beckon::emulator::dynamodb {

struct PathPart {
  bool is_index = false;
  std::size_t index = 0;
  std::string name;  // written: "abc" or "#abc"; bound: the attribute's name
  bool operator==(const PathPart&) const = default;
};
using Path = std::vector<PathPart>;  // never empty; begins with a name

std::string path_text(const Path& path);  // "[a, b, [0]]", as in DynamoDB's messages

struct Operand {
  enum class Kind { kPath, kValue, kFunction, kPlus, kMinus };
  Kind kind = Kind::kPath;
  Path path;                       // kPath
  std::string name;                // kValue: ":v"; kFunction: the function's name
  const Value* value = nullptr;    // kValue, bound; lives as long as the Bindings
  std::vector<Operand> arguments;  // kFunction, kPlus, kMinus
};

struct Condition {
  enum class Op {
    kAnd,
    kOr,
    kNot,
    kEqual,
    kNotEqual,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual,
    kBetween,
    kIn,
    kFunction
  };
  Op op = Op::kAnd;
  std::vector<Condition> children;  // kAnd, kOr: two; kNot: one
  std::vector<Operand> operands;    // comparisons, kBetween, kIn; kFunction: the function itself
};

std::string_view symbol_of(Condition::Op op);  // "=", "<>", "BETWEEN", "AND", …

struct UpdateAction {
  enum class Kind { kSet, kRemove, kAdd, kDelete };
  Kind kind = Kind::kSet;
  Path path;
  Operand operand;  // not for kRemove
};

struct Update {
  std::vector<UpdateAction> actions;  // in the order in which they are written
  std::string repeated_section;       // "SET" if that section stands there twice
  bool redundant_parentheses = false;
};

struct ParsedCondition {
  Condition condition;
  bool redundant_parentheses = false;
};

// Errors: kInvalid, the part of DynamoDB's message after "Invalid ConditionExpression: ".
base::Result<ParsedCondition> parse_condition(std::string_view text);
base::Result<Update> parse_update(std::string_view text);
base::Result<std::vector<Path>> parse_projection(std::string_view text);

inline constexpr std::size_t kExpressionBytesMax = 4096;  // Service quotas: expression length
inline constexpr int kOperatorsMax = 300;           // Service quotas: operators in an expression
inline constexpr std::size_t kInOperandsMax = 100;  // Service quotas: operands of IN
inline constexpr std::size_t kListIndexMax = 0x7fffffff;

}  // namespace beckon::emulator::dynamodb
