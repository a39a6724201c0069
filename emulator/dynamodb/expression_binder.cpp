// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/expression_binder.h"

#include <algorithm>
#include <array>

#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/operand_types.h"
#include "emulator/dynamodb/reserved_words.h"

namespace beckon::emulator::dynamodb {
namespace {

// DynamoDB reports one complaint: the first of the most important kind. Lower kinds win.
enum Kind {
  kParentheses,
  kUnknownFunction,
  kMisusedFunction,
  kReserved,
  kSection,
  kUndefined,
  kOverlap,
  kConflict,
  kOperand,
  kDistinct,
  kFunction,
  kKinds
};

constexpr const char* kRedundant = "The expression has redundant parentheses;";

class Binder {
 public:
  explicit Binder(Bindings& bindings) : bindings_(bindings) {}

  void complain(Kind kind, std::string text) {
    auto& slot = complaints_[kind];
    if (slot.empty()) slot = std::move(text);
  }

  void bind(Path& path) {
    for (auto& part : path) {
      if (part.is_index) continue;
      if (part.name[0] != '#') {
        if (is_reserved_word(part.name)) {
          complain(kReserved,
                   "Attribute name is a reserved keyword; reserved keyword: " + part.name);
        }
        continue;
      }
      if (const std::string* name = bindings_.name(part.name)) {
        part.name = *name;
      } else {
        complain(kUndefined,
                 "An expression attribute name used in the document path is not defined; "
                 "attribute name: " +
                     part.name);
      }
    }
  }

  void bind(Operand& operand, bool in_update) {
    if (operand.kind == Operand::Kind::kPath) return bind(operand.path);
    if (operand.kind == Operand::Kind::kValue) {
      operand.value = bindings_.value(operand.name);
      if (operand.value == nullptr) {
        complain(
            kUndefined,
            "An expression attribute value used in expression is not defined; attribute value: " +
                operand.name);
      }
      return;
    }
    for (auto& argument : operand.arguments) bind(argument, in_update);
    if (in_update) {
      note(check_update_function(operand));
    } else {
      for (const auto& argument : operand.arguments) refuse_condition_function(argument);
      note(check_condition_function(operand));
      check_distinct(operand.name, operand.arguments);
    }
  }

  void bind(Condition& condition) {
    for (auto& child : condition.children) bind(child);
    for (auto& operand : condition.operands) bind(operand, false);
    if (condition.op == Condition::Op::kFunction) {
      if (condition.operands[0].name == "size") misused("size");
    } else {
      for (const auto& operand : condition.operands) refuse_condition_function(operand);
    }
    note(check_comparison(condition));
    check_distinct(symbol_of(condition.op), condition.operands);
  }

  void check_overlaps(const std::vector<const Path*>& paths) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) check_pair(*paths[j], *paths[i]);
    }
  }

  void throw_if_any(const char* parameter) const {
    for (const auto& complaint : complaints_) {
      if (!complaint.empty())
        throw validation("Invalid " + std::string(parameter) + ": " + complaint);
    }
  }

 private:
  void note(const OperandComplaint& complaint) {
    if (complaint.text.empty()) return;
    switch (complaint.kind) {
      case OperandComplaint::Kind::kUnknownFunction:
        return complain(kUnknownFunction, complaint.text);
      case OperandComplaint::Kind::kCount: return complain(kOperand, complaint.text);
      case OperandComplaint::Kind::kType: return complain(kFunction, complaint.text);
    }
  }

  void misused(const std::string& name) {
    complain(kMisusedFunction,
             "The function is not allowed to be used this way in an expression; function: " + name);
  }

  // Only size gives a value that can be an operand; the other functions are conditions.
  void refuse_condition_function(const Operand& operand) {
    if (operand.kind == Operand::Kind::kFunction && operand.name != "size") misused(operand.name);
  }

  void check_distinct(std::string_view op, const std::vector<Operand>& operands) {
    const auto same = [&](const Operand& other) {
      return other.kind == Operand::Kind::kPath && other.path == operands[0].path;
    };
    const bool repeated = operands.size() > 1 && operands[0].kind == Operand::Kind::kPath &&
                          std::any_of(operands.begin() + 1, operands.end(), same);
    if (!repeated) return;
    complain(kDistinct,
             "The first operand must be distinct from the remaining operands for this operator or "
             "function; operator: " +
                 std::string(op) + ", first operand: " + path_text(operands[0].path));
  }

  void check_pair(const Path& one, const Path& two) {
    const std::string paths =
        "; must remove or rewrite one of these paths; path one: " + path_text(one) +
        ", path two: " + path_text(two);
    for (std::size_t i = 0; i < std::min(one.size(), two.size()); ++i) {
      if (one[i].is_index != two[i].is_index) {
        return complain(kConflict, "Two document paths conflict with each other" + paths);
      }
      if (one[i] != two[i]) return;
    }
    complain(kOverlap, "Two document paths overlap with each other" + paths);
  }

  Bindings& bindings_;
  std::array<std::string, kKinds> complaints_;
};

template <class T>
T parsed_or_throw(base::Result<T> parsed, const char* parameter) {
  if (!parsed)
    throw validation("Invalid " + std::string(parameter) + ": " + parsed.error().message);
  return *std::move(parsed);
}

}  // namespace

Condition bind_condition(std::string_view text, Bindings& bindings, const char* parameter) {
  ParsedCondition parsed = parsed_or_throw(parse_condition(text), parameter);
  Binder binder(bindings);
  if (parsed.redundant_parentheses) binder.complain(kParentheses, kRedundant);
  binder.bind(parsed.condition);
  binder.throw_if_any(parameter);
  return std::move(parsed.condition);
}

Update bind_update(std::string_view text, Bindings& bindings) {
  constexpr const char* kParameter = "UpdateExpression";
  Update update = parsed_or_throw(parse_update(text), kParameter);
  Binder binder(bindings);
  if (update.redundant_parentheses) binder.complain(kParentheses, kRedundant);
  if (!update.repeated_section.empty()) {
    binder.complain(kSection, "The \"" + update.repeated_section +
                                  "\" section can only be used once in an update expression;");
  }
  std::vector<const Path*> paths;
  for (auto& action : update.actions) {
    binder.bind(action.path);
    paths.push_back(&action.path);
    if (action.kind == UpdateAction::Kind::kRemove) continue;
    binder.bind(action.operand, true);
    const std::string complaint = check_set_operand(action);
    if (!complaint.empty()) binder.complain(kOperand, complaint);
  }
  binder.check_overlaps(paths);
  binder.throw_if_any(kParameter);
  return update;
}

std::vector<Path> bind_projection(std::string_view text, Bindings& bindings) {
  constexpr const char* kParameter = "ProjectionExpression";
  std::vector<Path> paths = parsed_or_throw(parse_projection(text), kParameter);
  Binder binder(bindings);
  std::vector<const Path*> pointers;
  for (auto& path : paths) {
    binder.bind(path);
    pointers.push_back(&path);
  }
  binder.check_overlaps(pointers);
  binder.throw_if_any(kParameter);
  return paths;
}

}  // namespace beckon::emulator::dynamodb
