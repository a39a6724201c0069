// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/decimal.h"

#include <algorithm>
#include <utility>

namespace beckon::emulator::dynamodb {
namespace {

constexpr int kExponentClamp = 100000;  // far beyond the range, far from overflow
constexpr int kExponentBias = 1000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

base::Result<Decimal> out_of_range(const char* text) {
  return base::fail(base::ErrorCode::kInvalid, text);
}

base::Result<Decimal> check(Decimal value) {
  if (value.digits.empty()) return Decimal{};
  if (value.exponent > kExponentMax) {
    return out_of_range(
        "Number overflow. Attempting to store a number with magnitude larger than supported range");
  }
  if (value.exponent < kExponentMin) {
    return out_of_range(
        "Number underflow. Attempting to store a number with magnitude smaller than supported "
        "range");
  }
  if (value.digits.size() > kDigitsMax) {
    return out_of_range("Attempting to store more than 38 significant digits in a Number");
  }
  return value;
}

// Drops leading and trailing zeros of digits d.ddd…; the exponent follows.
void normalize(Decimal& value) {
  const auto first = value.digits.find_first_not_of('0');
  if (first == std::string::npos) {
    value = Decimal{};
    return;
  }
  value.digits.erase(0, first);
  value.exponent -= static_cast<int>(first);
  value.digits.erase(value.digits.find_last_not_of('0') + 1);
}

struct Reader {
  std::string_view text;
  std::size_t at = 0;
  bool take(char c) {
    if (at < text.size() && text[at] == c) {
      ++at;
      return true;
    }
    return false;
  }
  bool at_digit() const { return at < text.size() && is_digit(text[at]); }
};

// The exponent after 'e', clamped; nothing if there are no digits.
bool read_exponent(Reader& reader, int& exponent) {
  const bool negative = reader.take('-');
  if (!negative) reader.take('+');
  if (!reader.at_digit()) return false;
  int value = 0;
  while (reader.at_digit()) {
    value = std::min(kExponentClamp, value * 10 + (reader.text[reader.at++] - '0'));
  }
  exponent += negative ? -value : value;
  return true;
}

// Digits aligned at the decimal exponent `top` (the place of the first digit) over `width` places.
std::string aligned(const Decimal& value, int top, std::size_t width) {
  std::string out(static_cast<std::size_t>(top - value.exponent), '0');
  out += value.digits;
  out.resize(width, '0');
  return out;
}

std::string add_digits(const std::string& a, const std::string& b) {
  std::string out(a.size(), '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int sum = (a[i] - '0') + (b[i] - '0') + carry;
    out[i] = static_cast<char>('0' + sum % 10);
    carry = sum / 10;
  }
  return out;  // the first place is 0 in both, so nothing is carried out
}

std::string subtract_digits(const std::string& larger, const std::string& smaller) {
  std::string out(larger.size(), '0');
  int borrow = 0;
  for (std::size_t i = larger.size(); i-- > 0;) {
    int difference = larger[i] - smaller[i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    if (difference < 0) difference += 10;
    out[i] = static_cast<char>('0' + difference);
  }
  return out;
}

int compare_magnitude(const Decimal& a, const Decimal& b) {
  if (a.exponent != b.exponent) return a.exponent < b.exponent ? -1 : 1;
  return a.digits.compare(b.digits);
}

}  // namespace

base::Result<Decimal> parse_decimal(std::string_view text) {
  constexpr const char* kNotNumeric = "The parameter cannot be converted to a numeric value";
  if (text.empty()) return out_of_range(kNotNumeric);
  Reader reader{text};
  Decimal value;
  value.negative = reader.take('-');
  if (!value.negative) reader.take('+');
  while (reader.at_digit()) value.digits += text[reader.at++];
  value.exponent = static_cast<int>(value.digits.size()) - 1;  // a request has 16 MB at most
  if (reader.take('.')) {
    while (reader.at_digit()) value.digits += text[reader.at++];
  }
  bool good = !value.digits.empty();
  if (good && (reader.take('e') || reader.take('E'))) good = read_exponent(reader, value.exponent);
  if (!good || reader.at != text.size()) {
    return base::fail(base::ErrorCode::kInvalid,
                      std::string(kNotNumeric) + ": " + std::string(text));
  }
  normalize(value);
  return check(std::move(value));
}

std::string to_string(const Decimal& value) {
  if (value.digits.empty()) return "0";
  std::string out = value.negative ? "-" : "";
  const int places = static_cast<int>(value.digits.size());
  if (value.exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-value.exponent - 1), '0');
    return out + value.digits;
  }
  if (places <= value.exponent + 1) {
    out += value.digits;
    out.append(static_cast<std::size_t>(value.exponent + 1 - places), '0');
    return out;
  }
  const auto whole = static_cast<std::size_t>(value.exponent) + 1;
  return out + value.digits.substr(0, whole) + "." + value.digits.substr(whole);
}

base::Result<Decimal> add(const Decimal& a, const Decimal& b) {
  if (a.digits.empty()) return b;
  if (b.digits.empty()) return a;
  const int top = std::max(a.exponent, b.exponent) + 1;
  const int low = std::min(a.exponent - static_cast<int>(a.digits.size()),
                           b.exponent - static_cast<int>(b.digits.size()));
  const auto width = static_cast<std::size_t>(top - low);
  const std::string left = aligned(a, top, width);
  const std::string right = aligned(b, top, width);
  Decimal sum;
  sum.exponent = top;
  if (a.negative == b.negative) {
    sum.negative = a.negative;
    sum.digits = add_digits(left, right);
  } else if (left >= right) {
    sum.negative = a.negative;
    sum.digits = subtract_digits(left, right);
  } else {
    sum.negative = b.negative;
    sum.digits = subtract_digits(right, left);
  }
  normalize(sum);
  return check(std::move(sum));
}

base::Result<Decimal> subtract(const Decimal& a, Decimal b) {
  b.negative = !b.negative && !b.digits.empty();
  return add(a, b);
}

int compare(const Decimal& a, const Decimal& b) {
  const int sign_a = a.digits.empty() ? 0 : (a.negative ? -1 : 1);
  const int sign_b = b.digits.empty() ? 0 : (b.negative ? -1 : 1);
  if (sign_a != sign_b) return sign_a - sign_b;
  return sign_a < 0 ? compare_magnitude(b, a) : compare_magnitude(a, b);
}

std::string sort_bytes(const Decimal& value) {
  // 0x01 stands for zero, 0x02 begins a positive number. Of a negative one (0x00) every byte is
  // turned round, and an end mark makes the longer of two with a common prefix the smaller.
  if (value.digits.empty()) return "\x01";
  const int biased = value.exponent + kExponentBias;
  std::string out(1, value.negative ? '\x00' : '\x02');
  std::string body;
  body += static_cast<char>(biased >> 8);
  body += static_cast<char>(biased & 0xff);
  body += value.digits;
  if (!value.negative) return out + body;
  for (char c : body) out += static_cast<char>(~c);
  return out + '\xff';
}

}  // namespace beckon::emulator::dynamodb
