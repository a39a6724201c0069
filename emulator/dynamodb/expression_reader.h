// SPDX-License-Identifier: Apache-2.0
// What the three expression grammars share: walking tokens, paths, operands, syntax errors. Throws
// SyntaxError, which parse_condition, parse_update and parse_projection catch.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/dynamodb/expression.h"
#include "emulator/dynamodb/expression_lexer.h"

namespace beckon::emulator::dynamodb {

struct SyntaxError {
  std::string message;
};

class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text);  // text must outlive the reader

  const Token& peek(std::size_t ahead = 0) const;
  Token next();
  bool at_symbol(std::string_view symbol) const;
  bool at_keyword(std::string_view upper_case) const;
  bool take_symbol(std::string_view symbol);
  bool take_keyword(std::string_view upper_case);
  void expect_symbol(std::string_view symbol);
  void expect_end();

  bool at_path() const;      // a name or an identifier that is no function call
  bool at_function() const;  // identifier '('
  Path path();
  Operand operand();  // path, value or function, in any number of parentheses
  Operand function();
  [[noreturn]] void fail_here() const;  // "Syntax error; token: …, near: …" at peek()

  void count_operator();  // throws beyond kOperatorsMax
  void enter();           // one nesting level deeper; throws beyond kOperatorsMax
  void leave() { --depth_; }
  void saw_redundant_parentheses() { redundant_ = true; }
  bool redundant_parentheses() const { return redundant_; }

 private:
  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int operators_ = 0;
  int depth_ = 0;
  bool redundant_ = false;
};

}  // namespace beckon::emulator::dynamodb
