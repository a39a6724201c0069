// SPDX-License-Identifier: Apache-2.0
#include "common/json/canonical.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "common/base/assert.h"
#include "common/json/writer.h"

namespace beckon::json {
namespace {

constexpr int kDigitsMax = 17;  // enough for every double

// "d.ddde±xx" taken apart: value = 0.DIGITS · 10^point.
struct Decimal {
  std::string digits;  // without zeros at the end
  int point = 0;
};

Decimal take_apart(const char* scientific) {
  Decimal decimal;
  const char* c = scientific;
  for (; *c != 'e'; ++c) {
    if (*c != '.') decimal.digits += *c;
  }
  decimal.point = static_cast<int>(std::strtol(c + 1, nullptr, 10)) + 1;
  while (decimal.digits.size() > 1 && decimal.digits.back() == '0') decimal.digits.pop_back();
  return decimal;
}

// The decimal above, of as many digits.
Decimal next_above(Decimal decimal) {
  for (std::size_t i = decimal.digits.size(); i-- > 0;) {
    if (decimal.digits[i] != '9') {
      ++decimal.digits[i];
      return decimal;
    }
    decimal.digits[i] = '0';
  }
  decimal.digits.insert(decimal.digits.begin(), '1');
  ++decimal.point;
  return decimal;
}

bool reads_as(const Decimal& decimal, double value) {
  const std::string text = "0." + decimal.digits + "e" + std::to_string(decimal.point);
  return std::strtod(text.c_str(), nullptr) == value;
}

// std::to_chars would do, but its tables for doubles are 110 kB of a device's agent.
Decimal shortest(double value) {
  // A text of up to 15 digits is found at 15, with zeros at its end, unless the double has fewer
  // bits than others.
  const int digits_min = value < DBL_MIN ? 1 : DBL_DIG;
  for (int digits = digits_min;; ++digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*e", digits - 1, value);
    const bool is_same = std::strtod(text, nullptr) == value;
    Decimal decimal = take_apart(text);
    if (is_same || digits == kDigitsMax) return decimal;
    // The neighbour above a power of two is twice as far as the one below: the closest text of so
    // many digits may be below and read as another number, while the next one above does not.
    decimal.digits.resize(static_cast<std::size_t>(digits), '0');
    decimal = next_above(std::move(decimal));
    if (reads_as(decimal, value)) return decimal;
  }
}

std::string zeros(int count) {
  return std::string(static_cast<std::size_t>(count), '0');
}

// ECMA-262, Number::toString, steps 6 to 12.
std::string written(const Decimal& decimal) {
  const std::string& digits = decimal.digits;
  const int count = static_cast<int>(digits.size());
  const int point = decimal.point;
  if (count <= point && point <= 21) return digits + zeros(point - count);
  if (0 < point && point <= 21) {
    const auto whole = static_cast<std::size_t>(point);
    return digits.substr(0, whole) + "." + digits.substr(whole);
  }
  if (-6 < point && point <= 0) return "0." + zeros(-point) + digits;
  const int exponent = point - 1;
  std::string text = digits.substr(0, 1);
  if (count > 1) text += "." + digits.substr(1);
  return text + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

// By UTF-16 code units: bytes of UTF-8 are in the order of the characters, which differs only where
// a character beyond U+FFFF (its first unit is below U+E000) meets one from U+E000 on.
bool is_before(std::string_view a, std::string_view b) {
  const auto [in_a, in_b] = std::ranges::mismatch(a, b);
  if (in_a == a.end() || in_b == b.end()) return in_a == a.end() && in_b != b.end();
  const auto first = static_cast<unsigned char>(*in_a);
  const auto second = static_cast<unsigned char>(*in_b);
  const auto is_above = [](unsigned char lead) { return lead == 0xEE || lead == 0xEF; };
  if (first >= 0xF0 && is_above(second)) return true;
  if (second >= 0xF0 && is_above(first)) return false;
  return first < second;
}

void append(std::string& out, View value);

void append_object(std::string& out, View object) {
  std::vector<View> members;
  for (const View member : object) members.push_back(member);
  std::ranges::sort(members, is_before, &View::key);
  out += '{';
  for (const View member : members) {
    if (out.back() != '{') out += ',';
    append_quoted(out, member.key());
    out += ':';
    append(out, member);
  }
  out += '}';
}

void append_array(std::string& out, View array) {
  out += '[';
  bool is_first = true;
  for (const View element : array) {
    if (!is_first) out += ',';
    is_first = false;
    append(out, element);
  }
  out += ']';
}

void append(std::string& out, View value) {
  if (value.is_object()) return append_object(out, value);
  if (value.is_array()) return append_array(out, value);
  if (const auto text = value.string()) return append_quoted(out, *text);
  if (const auto real = value.number()) {
    out += canonical_number(*real);
  } else if (const auto flag = value.boolean()) {
    out += *flag ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

std::string canonical_number(double value) {
  BECKON_ASSERT(std::isfinite(value));
  if (value == 0) return "0";
  if (value < 0) return "-" + canonical_number(-value);
  return written(shortest(value));
}

std::string canonical(View value) {
  std::string text;
  append(text, value);
  return text;
}

}  // namespace beckon::json
