// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/expression_reader.h"

#include <algorithm>

#include "common/base/bytes.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::string_view kConditionKeywords[] = {"AND", "OR", "NOT", "BETWEEN", "IN"};

bool equals_upper(std::string_view text, std::string_view upper) {
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return (a >= 'a' && a <= 'z' ? a - 'a' + 'A' : a) == b; });
}

bool is_condition_keyword(const Token& token) {
  return std::any_of(std::begin(kConditionKeywords), std::end(kConditionKeywords),
                     [&](std::string_view keyword) { return equals_upper(token.text, keyword); });
}

}  // namespace

ExpressionReader::ExpressionReader(std::string_view text) : text_(text) {
  if (text.size() > kExpressionBytesMax) {
    throw SyntaxError{"Expression size has exceeded the maximum allowed size; expression size: " +
                      std::to_string(text.size())};
  }
  tokens_ = tokenize(text);
  if (tokens_.size() == 1) throw SyntaxError{"The expression can not be empty;"};
}

const Token& ExpressionReader::peek(std::size_t ahead) const {
  return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Token ExpressionReader::next() {
  const Token token = peek();
  if (token.kind != Token::Kind::kEnd) ++at_;
  return token;
}

bool ExpressionReader::at_symbol(std::string_view symbol) const {
  return peek().kind == Token::Kind::kSymbol && peek().text == symbol;
}

bool ExpressionReader::at_keyword(std::string_view upper_case) const {
  return peek().kind == Token::Kind::kIdentifier && equals_upper(peek().text, upper_case);
}

bool ExpressionReader::take_symbol(std::string_view symbol) {
  if (!at_symbol(symbol)) return false;
  ++at_;
  return true;
}

bool ExpressionReader::take_keyword(std::string_view upper_case) {
  if (!at_keyword(upper_case)) return false;
  ++at_;
  return true;
}

void ExpressionReader::expect_symbol(std::string_view symbol) {
  if (!take_symbol(symbol)) fail_here();
}

void ExpressionReader::expect_end() {
  if (peek().kind != Token::Kind::kEnd) fail_here();
}

void ExpressionReader::fail_here() const {
  // "near" is the text from the token before to the token after.
  const Token& token = peek();
  const std::size_t begin = at_ > 0 ? tokens_[at_ - 1].begin : token.begin;
  const Token& after = peek(1);
  const std::size_t end =
      after.kind == Token::Kind::kEnd && token.kind != Token::Kind::kEnd ? token.end : after.end;
  throw SyntaxError{"Syntax error; token: \"" + std::string(token.text) + "\", near: \"" +
                    std::string(text_.substr(begin, end - begin)) + "\""};
}

bool ExpressionReader::at_function() const {
  return peek().kind == Token::Kind::kIdentifier && !is_condition_keyword(peek()) &&
         peek(1).kind == Token::Kind::kSymbol && peek(1).text == "(";
}

bool ExpressionReader::at_path() const {
  return peek().kind == Token::Kind::kName || (peek().kind == Token::Kind::kIdentifier &&
                                               !is_condition_keyword(peek()) && !at_function());
}

Path ExpressionReader::path() {
  if (!at_path()) fail_here();
  Path path;
  path.push_back({.is_index = false, .index = 0, .name = std::string(next().text)});
  for (;;) {
    if (take_symbol(".")) {
      if (peek().kind != Token::Kind::kName && peek().kind != Token::Kind::kIdentifier) fail_here();
      path.push_back({.is_index = false, .index = 0, .name = std::string(next().text)});
    } else if (take_symbol("[")) {
      if (peek().kind != Token::Kind::kNumber) fail_here();
      const std::string_view digits = next().text;
      const auto index = base::parse_uint64(digits);
      if (!index || *index > kListIndexMax) {
        throw SyntaxError{"List index is not within the allowable range; index: [" +
                          std::string(digits) + "]"};
      }
      path.push_back({.is_index = true, .index = static_cast<std::size_t>(*index), .name = ""});
      expect_symbol("]");
    } else {
      return path;
    }
  }
}

Operand ExpressionReader::operand() {
  if (take_symbol("(")) {
    enter();
    const bool inner = at_symbol("(");
    Operand result = operand();
    expect_symbol(")");
    leave();
    if (inner) saw_redundant_parentheses();
    return result;
  }
  if (at_function()) return function();
  Operand result;
  if (peek().kind == Token::Kind::kAlias) {
    result.kind = Operand::Kind::kValue;
    result.name = std::string(next().text);
    return result;
  }
  result.path = path();
  return result;
}

Operand ExpressionReader::function() {
  enter();
  count_operator();
  Operand result;
  result.kind = Operand::Kind::kFunction;
  result.name = std::string(next().text);
  expect_symbol("(");
  do {
    result.arguments.push_back(operand());
  } while (take_symbol(","));
  expect_symbol(")");
  leave();
  return result;
}

void ExpressionReader::count_operator() {
  if (++operators_ > kOperatorsMax) {
    throw SyntaxError{"The expression contains too many operators; operator count: " +
                      std::to_string(operators_)};
  }
}

void ExpressionReader::enter() {
  // Bounds the recursion; parentheses alone are no operators but cost stack all the same.
  if (++depth_ > kOperatorsMax) {
    throw SyntaxError{"The expression is nested too deeply; nesting: " + std::to_string(depth_)};
  }
}

}  // namespace beckon::emulator::dynamodb
