// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/selection.h"

#include <cctype>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kBody = "request.body";

std::unexpected<base::Error> unsupported(std::string_view what) {
  return base::fail(base::ErrorCode::kInvalid,
                    "a route selection expression may use $request.body.<path> and literal text, "
                    "not '" +
                        std::string(what) + "'");
}

bool is_path_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.' ||
         c == '[' || c == ']';
}

std::string text_of(json::View value) {
  if (!value.exists() || value.is_null()) return {};
  if (const auto text = value.string()) return std::string(*text);
  return value.print();
}

}  // namespace

base::Result<SelectionExpression::Path> SelectionExpression::parse_path(std::string_view text) {
  if (!text.starts_with(kBody)) return unsupported(text);
  std::string_view rest = text.substr(kBody.size());
  Path path;
  while (!rest.empty()) {
    if (rest.front() == '.') {
      const std::size_t end = rest.find_first_of(".[", 1);
      const std::string_view name = rest.substr(1, end == std::string_view::npos ? end : end - 1);
      if (name.empty()) return unsupported(text);
      path.emplace_back(std::string(name));
      rest.remove_prefix(name.size() + 1);
    } else if (rest.front() == '[') {
      const std::size_t end = rest.find(']');
      const auto index =
          base::parse_uint64(rest.substr(1, end == std::string_view::npos ? 0 : end - 1));
      if (end == std::string_view::npos || !index) return unsupported(text);
      path.emplace_back(static_cast<std::size_t>(*index));
      rest.remove_prefix(end + 1);
    } else {
      return unsupported(text);
    }
  }
  return path;
}

base::Result<SelectionExpression> SelectionExpression::parse(std::string_view text) {
  SelectionExpression expression;
  std::string literal;
  while (!text.empty()) {
    if (text.starts_with("\\$")) {
      literal += '$';
      text.remove_prefix(2);
      continue;
    }
    if (text.front() != '$') {
      literal += text.front();
      text.remove_prefix(1);
      continue;
    }
    const bool braced = text.starts_with("${");
    std::size_t end = braced ? text.find('}') : 1;
    if (end == std::string_view::npos) return unsupported(text);
    while (!braced && end < text.size() && is_path_character(text[end])) ++end;
    const std::size_t start = braced ? 2 : 1;
    auto path = parse_path(text.substr(start, end - start));
    if (!path) return std::unexpected(path.error());
    if (!literal.empty()) expression.parts_.emplace_back(std::exchange(literal, {}));
    expression.parts_.emplace_back(std::move(*path));
    text.remove_prefix(braced ? end + 1 : end);
  }
  if (!literal.empty()) expression.parts_.emplace_back(std::move(literal));
  return expression;
}

bool SelectionExpression::is_constant() const {
  for (const auto& part : parts_) {
    if (std::holds_alternative<Path>(part)) return false;
  }
  return true;
}

std::string SelectionExpression::evaluate(json::View body) const {
  std::string key;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      key += *literal;
      continue;
    }
    json::View value = body;
    for (const Step& step : std::get<Path>(part)) {
      const auto* name = std::get_if<std::string>(&step);
      value = name != nullptr ? value[*name] : value.at(std::get<std::size_t>(step));
    }
    key += text_of(value);
  }
  return key;
}

}  // namespace beckon::emulator
