// SPDX-License-Identifier: Apache-2.0
// Attribute values and items, as the evaluators see them: plain data, no JSON, no SQLite.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::emulator::dynamodb {

enum class Type : std::uint8_t {
  kString,
  kNumber,
  kBinary,
  kBool,
  kNull,
  kStringSet,
  kNumberSet,
  kBinarySet,
  kList,
  kMap
};

std::string_view name_of(Type type);       // "S", "N", "B", "BOOL", "NULL", "SS", …
std::string_view long_name_of(Type type);  // "STRING", "NUMBER", …, as in operand errors
bool is_set(Type type);

struct Value {
  Type type = Type::kNull;
  bool flag = true;                  // BOOL; NULL is always true
  std::string text;                  // S: UTF-8; N: plain decimal, see decimal.h; B: the bytes
  std::vector<std::string> members;  // SS, NS, BS: sorted, without duplicates, never empty
  std::vector<Value> list;           // L
  std::map<std::string, Value> map;  // M
  bool operator==(const Value&) const = default;
};

using Item = std::map<std::string, Value>;

Value string_value(std::string text);
Value number_value(std::string plain_decimal);
Value bool_value(bool flag);

// What the value and the item count for in limits and capacity: names and values, DynamoDB's rules.
std::size_t size_of(const Value& value);
std::size_t size_of(const Item& item);

// <0, 0, >0 for two values of the same ordered type (S, N, B).
int compare_ordered(const Value& a, const Value& b);
bool is_ordered(Type type);

// Sorts and takes out duplicates; NS by number.
void normalize_set(Value& value);

// "{S:abc}", as in DynamoDB's messages about operands.
std::string debug_text(const Value& value);

inline constexpr std::size_t kItemBytesMax = 400 * 1024;  // Service quotas: item size
inline constexpr int kNestingMax = 32;                    // Service quotas: nested attribute depth

}  // namespace beckon::emulator::dynamodb
