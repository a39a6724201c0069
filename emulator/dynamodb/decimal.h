// SPDX-License-Identifier: Apache-2.0
// DynamoDB's numbers: decimal, exact, at most 38 significant digits, magnitudes from 1E-130 to
// 9.99…E125. Reading, writing, comparing, adding, and an encoding that sorts as the numbers do.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::emulator::dynamodb {

inline constexpr int kDigitsMax = 38;
inline constexpr int kExponentMax = 125;
inline constexpr int kExponentMin = -130;

// (-1)^negative · d.ddd… · 10^exponent, without leading and trailing zeros. Zero has no digits.
struct Decimal {
  bool negative = false;
  int exponent = 0;
  std::string digits;  // ASCII
  bool operator==(const Decimal&) const = default;
};

// "12", "-1.50", "+3e-7", " 4 " is an error. kInvalid with DynamoDB's text for what is no number,
// too large, too small, or has more than 38 digits.
base::Result<Decimal> parse_decimal(std::string_view text);

// Plain notation without exponent or needless zeros: the form in which DynamoDB answers.
std::string to_string(const Decimal& value);

// a + b, a - b. kInvalid if the result is out of range or needs more than 38 digits.
base::Result<Decimal> add(const Decimal& a, const Decimal& b);
base::Result<Decimal> subtract(const Decimal& a, Decimal b);

int compare(const Decimal& a, const Decimal& b);  // < 0, 0, > 0

// Bytes that memcmp orders like the numbers; at most 42.
std::string sort_bytes(const Decimal& value);

}  // namespace beckon::emulator::dynamodb
