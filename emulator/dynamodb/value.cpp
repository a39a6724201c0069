// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/value.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "emulator/dynamodb/decimal.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kNames = {{
    {"S", "STRING"},
    {"N", "NUMBER"},
    {"B", "BINARY"},
    {"BOOL", "BOOLEAN"},
    {"NULL", "NULL"},
    {"SS", "SET"},
    {"NS", "SET"},
    {"BS", "SET"},
    {"L", "LIST"},
    {"M", "MAP"},
}};

Decimal decimal_of(std::string_view plain) {
  auto parsed = parse_decimal(plain);
  BECKON_ASSERT(parsed.has_value());  // values hold checked numbers only
  return *std::move(parsed);
}

// About one byte for two digits, one for the exponent, one for a minus sign.
std::size_t number_size(std::string_view plain) {
  const auto digits = static_cast<std::size_t>(
      std::count_if(plain.begin(), plain.end(), [](char c) { return c >= '0' && c <= '9'; }));
  std::size_t leading = 0;
  std::size_t trailing = 0;
  for (char c : plain) {
    if (c >= '1' && c <= '9') break;
    if (c == '0') ++leading;
  }
  for (std::size_t i = plain.size(); i > 0; --i) {
    const char c = plain[i - 1];
    if (c >= '1' && c <= '9') break;
    if (c == '0') ++trailing;
  }
  const std::size_t significant = leading + trailing < digits ? digits - leading - trailing : 0;
  return 1 + (significant + 1) / 2 + (!plain.empty() && plain[0] == '-' ? 1 : 0);
}

}  // namespace

std::string_view name_of(Type type) {
  return kNames[static_cast<std::size_t>(type)].first;
}
std::string_view long_name_of(Type type) {
  return kNames[static_cast<std::size_t>(type)].second;
}

bool is_set(Type type) {
  return type == Type::kStringSet || type == Type::kNumberSet || type == Type::kBinarySet;
}

Value string_value(std::string text) {
  Value value;
  value.type = Type::kString;
  value.text = std::move(text);
  return value;
}

Value number_value(std::string plain_decimal) {
  Value value;
  value.type = Type::kNumber;
  value.text = std::move(plain_decimal);
  return value;
}

Value bool_value(bool flag) {
  Value value;
  value.type = Type::kBool;
  value.flag = flag;
  return value;
}

std::size_t size_of(const Value& value) {
  std::size_t size = 0;
  switch (value.type) {
    case Type::kString:
    case Type::kBinary: return value.text.size();
    case Type::kNumber: return number_size(value.text);
    case Type::kBool:
    case Type::kNull: return 1;
    case Type::kStringSet:
    case Type::kBinarySet:
      for (const auto& member : value.members) size += member.size();
      return size;
    case Type::kNumberSet:
      for (const auto& member : value.members) size += number_size(member);
      return size;
    case Type::kList:
      for (const auto& element : value.list) size += 1 + size_of(element);
      return size + 3;
    case Type::kMap:
      for (const auto& [name, member] : value.map) size += 1 + name.size() + size_of(member);
      return size + 3;
  }
  return size;
}

std::size_t size_of(const Item& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item) size += name.size() + size_of(value);
  return size;
}

bool is_ordered(Type type) {
  return type == Type::kString || type == Type::kNumber || type == Type::kBinary;
}

int compare_ordered(const Value& a, const Value& b) {
  if (a.type == Type::kNumber) return compare(decimal_of(a.text), decimal_of(b.text));
  return a.text.compare(b.text);  // char_traits<char> compares as unsigned bytes
}

void normalize_set(Value& value) {
  auto& members = value.members;
  if (value.type == Type::kNumberSet) {
    std::sort(members.begin(), members.end(), [](const std::string& a, const std::string& b) {
      return compare(decimal_of(a), decimal_of(b)) < 0;
    });
  } else {
    std::sort(members.begin(), members.end());
  }
  members.erase(std::unique(members.begin(), members.end()), members.end());
}

std::string debug_text(const Value& value) {
  std::string text;
  switch (value.type) {
    case Type::kBool: text = value.flag ? "true" : "false"; break;
    case Type::kNull: text = "true"; break;
    case Type::kBinary: text = base::base64(value.text); break;
    default: text = value.text;
  }
  return "{" + std::string(name_of(value.type)) + ":" + text + "}";
}

}  // namespace beckon::emulator::dynamodb
