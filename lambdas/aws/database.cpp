// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/database.h"

#include "common/base/bytes.h"

namespace beckon::lambdas {

AttributeValue number(std::int64_t value) {
  return Number{std::to_string(value)};
}

std::optional<std::string_view> string_of(const Item& item, const std::string& name) {
  const auto found = item.find(name);
  if (found == item.end()) return std::nullopt;
  const auto* text = std::get_if<std::string>(&found->second);
  if (text == nullptr) return std::nullopt;
  return std::string_view(*text);
}

std::optional<std::int64_t> integer_of(const Item& item, const std::string& name) {
  const auto found = item.find(name);
  if (found == item.end()) return std::nullopt;
  const auto* digits = std::get_if<Number>(&found->second);
  if (digits == nullptr) return std::nullopt;
  const auto value = base::parse_int64(digits->text);
  if (!value) return std::nullopt;
  return *value;
}

}  // namespace beckon::lambdas
