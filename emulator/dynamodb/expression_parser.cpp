// SPDX-License-Identifier: Apache-2.0
// The grammars of conditions, updates and projections, by recursive descent.
#include <utility>

#include "emulator/dynamodb/expression.h"
#include "emulator/dynamodb/expression_reader.h"

namespace beckon::emulator::dynamodb {
namespace {

using Op = Condition::Op;

constexpr std::pair<std::string_view, Op> kComparators[] = {
    {"=", Op::kEqual},      {"<>", Op::kNotEqual}, {"<", Op::kLess},
    {"<=", Op::kLessEqual}, {">", Op::kGreater},   {">=", Op::kGreaterEqual},
};

// A condition, or an operand that may yet become the left side of one: "(x) = :v" and "(x = :v)"
// begin alike.
struct Node {
  bool is_condition = false;
  bool in_parentheses = false;
  Condition condition;
  Operand operand;
};

class ConditionParser {
 public:
  explicit ConditionParser(ExpressionReader& reader) : reader_(reader) {}

  Condition parse() {
    Node node = any(false);
    reader_.expect_end();
    return std::move(node.condition);
  }

 private:
  // bare_allowed: inside parentheses an operand alone is fine if ')' follows.
  Node any(bool bare_allowed) {
    Node left = all(bare_allowed);
    while (reader_.take_keyword("OR")) left = join(Op::kOr, std::move(left), all(false));
    return left;
  }

  Node all(bool bare_allowed) {
    Node left = negation(bare_allowed);
    while (reader_.take_keyword("AND")) left = join(Op::kAnd, std::move(left), negation(false));
    return left;
  }

  Node join(Op op, Node left, Node right) {
    reader_.count_operator();
    Node node;
    node.is_condition = true;
    node.condition.op = op;
    node.condition.children.push_back(std::move(left.condition));
    node.condition.children.push_back(std::move(right.condition));
    return node;
  }

  Node negation(bool bare_allowed) {
    if (!reader_.take_keyword("NOT")) return comparison(bare_allowed);
    reader_.enter();
    reader_.count_operator();
    Node inner = negation(false);
    reader_.leave();
    Node node;
    node.is_condition = true;
    node.condition.op = Op::kNot;
    node.condition.children.push_back(std::move(inner.condition));
    return node;
  }

  Node comparison(bool bare_allowed) {
    Node left = term();
    if (left.is_condition) return left;
    Node node;
    node.is_condition = true;
    for (const auto& [symbol, op] : kComparators) {
      if (!reader_.take_symbol(symbol)) continue;
      reader_.count_operator();
      node.condition.op = op;
      node.condition.operands.push_back(std::move(left.operand));
      node.condition.operands.push_back(reader_.operand());
      return node;
    }
    if (reader_.take_keyword("BETWEEN")) return between(std::move(left.operand));
    if (reader_.take_keyword("IN")) return in(std::move(left.operand));
    const bool closes = bare_allowed && reader_.at_symbol(")");
    if (left.operand.kind == Operand::Kind::kFunction && !closes) {
      node.condition.op = Op::kFunction;
      node.in_parentheses = left.in_parentheses;
      node.condition.operands.push_back(std::move(left.operand));
      return node;
    }
    if (!closes) reader_.fail_here();
    return left;
  }

  Node between(Operand left) {
    reader_.count_operator();
    Node node;
    node.is_condition = true;
    node.condition.op = Op::kBetween;
    node.condition.operands.push_back(std::move(left));
    node.condition.operands.push_back(reader_.operand());
    if (!reader_.take_keyword("AND")) reader_.fail_here();
    node.condition.operands.push_back(reader_.operand());
    return node;
  }

  Node in(Operand left) {
    reader_.count_operator();
    Node node;
    node.is_condition = true;
    node.condition.op = Op::kIn;
    node.condition.operands.push_back(std::move(left));
    reader_.expect_symbol("(");
    do {
      node.condition.operands.push_back(reader_.operand());
    } while (reader_.take_symbol(","));
    reader_.expect_symbol(")");
    return node;
  }

  Node term() {
    if (!reader_.take_symbol("(")) {
      Node node;
      node.operand = reader_.operand();
      return node;
    }
    reader_.enter();
    Node inner = any(true);
    reader_.expect_symbol(")");
    reader_.leave();
    if (inner.in_parentheses) reader_.saw_redundant_parentheses();
    inner.in_parentheses = true;
    return inner;
  }

  ExpressionReader& reader_;
};

Operand set_value(ExpressionReader& reader);

// A whole sum in parentheses, "(a + :b)", or an operand.
Operand set_operand(ExpressionReader& reader) {
  if (!reader.at_symbol("(")) return reader.operand();
  reader.expect_symbol("(");
  reader.enter();
  const bool nested = reader.at_symbol("(");
  Operand inner = set_value(reader);
  const bool closes = nested && reader.at_symbol(")");
  reader.leave();
  reader.expect_symbol(")");
  if (closes && inner.kind != Operand::Kind::kPlus && inner.kind != Operand::Kind::kMinus) {
    reader.saw_redundant_parentheses();
  }
  return inner;
}

Operand set_value(ExpressionReader& reader) {
  Operand left = set_operand(reader);
  const bool plus = reader.at_symbol("+");
  if (left.kind == Operand::Kind::kPlus || left.kind == Operand::Kind::kMinus) return left;
  if (!plus && !reader.at_symbol("-")) return left;
  reader.next();
  reader.count_operator();
  Operand sum;
  sum.kind = plus ? Operand::Kind::kPlus : Operand::Kind::kMinus;
  sum.arguments.push_back(std::move(left));
  sum.arguments.push_back(reader.operand());
  return sum;
}

void update_section(ExpressionReader& reader, UpdateAction::Kind kind, Update& update) {
  do {
    UpdateAction action;
    action.kind = kind;
    action.path = reader.path();
    reader.count_operator();
    if (kind == UpdateAction::Kind::kSet) {
      reader.expect_symbol("=");
      action.operand = set_value(reader);
    } else if (kind != UpdateAction::Kind::kRemove) {
      if (reader.peek().kind != Token::Kind::kAlias) reader.fail_here();
      action.operand = reader.operand();
    }
    update.actions.push_back(std::move(action));
  } while (reader.take_symbol(","));
}

Update read_update(ExpressionReader& reader) {
  constexpr std::pair<const char*, UpdateAction::Kind> kSections[] = {
      {"SET", UpdateAction::Kind::kSet},
      {"REMOVE", UpdateAction::Kind::kRemove},
      {"ADD", UpdateAction::Kind::kAdd},
      {"DELETE", UpdateAction::Kind::kDelete},
  };
  Update update;
  bool seen[4] = {};
  do {
    bool found = false;
    for (std::size_t i = 0; i < 4 && !found; ++i) {
      found = reader.take_keyword(kSections[i].first);
      if (!found) continue;
      if (seen[i] && update.repeated_section.empty()) update.repeated_section = kSections[i].first;
      seen[i] = true;
      update_section(reader, kSections[i].second, update);
    }
    if (!found) reader.fail_here();
  } while (reader.peek().kind != Token::Kind::kEnd);
  return update;
}

base::Error invalid(SyntaxError& error) {
  return base::Error{base::ErrorCode::kInvalid, std::move(error.message)};
}

}  // namespace

std::string_view symbol_of(Condition::Op op) {
  switch (op) {
    case Op::kAnd: return "AND";
    case Op::kOr: return "OR";
    case Op::kNot: return "NOT";
    case Op::kBetween: return "BETWEEN";
    case Op::kIn: return "IN";
    case Op::kFunction: return "function";
    default: break;
  }
  for (const auto& [symbol, known] : kComparators) {
    if (known == op) return symbol;
  }
  return "";
}

std::string path_text(const Path& path) {
  std::string out = "[";
  for (const auto& part : path) {
    if (out.size() > 1) out += ", ";
    out += part.is_index ? "[" + std::to_string(part.index) + "]" : part.name;
  }
  return out + "]";
}

base::Result<ParsedCondition> parse_condition(std::string_view text) {
  try {
    ExpressionReader reader(text);
    ParsedCondition parsed;
    parsed.condition = ConditionParser(reader).parse();
    parsed.redundant_parentheses = reader.redundant_parentheses();
    return parsed;
  } catch (SyntaxError& error) {
    return std::unexpected(invalid(error));
  }
}

base::Result<Update> parse_update(std::string_view text) {
  try {
    ExpressionReader reader(text);
    Update update = read_update(reader);
    update.redundant_parentheses = reader.redundant_parentheses();
    return update;
  } catch (SyntaxError& error) {
    return std::unexpected(invalid(error));
  }
}

base::Result<std::vector<Path>> parse_projection(std::string_view text) {
  try {
    ExpressionReader reader(text);
    std::vector<Path> paths;
    do {
      paths.push_back(reader.path());
    } while (reader.take_symbol(","));
    reader.expect_end();
    return paths;
  } catch (SyntaxError& error) {
    return std::unexpected(invalid(error));
  }
}

}  // namespace beckon::emulator::dynamodb
