// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/expression_lexer.h"

namespace beckon::emulator::dynamodb {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

template <class Predicate>
std::size_t run_end(std::string_view text, std::size_t at, Predicate predicate) {
  while (at < text.size() && predicate(text[at])) ++at;
  return at;
}

// The whole of a multi-byte UTF-8 character, so that a message does not hold half of one.
std::size_t character_end(std::string_view text, std::size_t at) {
  return run_end(text, at + 1,
                 [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
}

Token read(std::string_view text, std::size_t at) {
  const char c = text[at];
  Token token;
  token.begin = at;
  if (is_letter(c)) {
    token.kind = Token::Kind::kIdentifier;
    token.end = run_end(text, at, is_word);
  } else if (is_digit(c)) {
    token.kind = Token::Kind::kNumber;
    token.end = run_end(text, at, is_digit);
  } else if ((c == '#' || c == ':') && at + 1 < text.size() && is_word(text[at + 1])) {
    token.kind = c == '#' ? Token::Kind::kName : Token::Kind::kAlias;
    token.end = run_end(text, at + 1, is_word);
  } else if (std::string_view("()[].,=<>+-").find(c) != std::string_view::npos) {
    token.kind = Token::Kind::kSymbol;
    const std::string_view two = text.substr(at, 2);
    token.end = at + (two == "<>" || two == "<=" || two == ">=" ? 2 : 1);
  } else {
    token.kind = Token::Kind::kUnknown;
    token.end = character_end(text, at);
  }
  token.text = text.substr(at, token.end - at);
  return token;
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  for (std::size_t at = run_end(text, 0, is_space); at < text.size();
       at = run_end(text, at, is_space)) {
    tokens.push_back(read(text, at));
    at = tokens.back().end;
  }
  tokens.push_back(Token{Token::Kind::kEnd, "<EOF>", text.size(), text.size()});
  return tokens;
}

}  // namespace beckon::emulator::dynamodb
