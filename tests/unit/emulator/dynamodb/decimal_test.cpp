// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/decimal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace beckon::emulator::dynamodb {
namespace {

Decimal decimal(std::string_view text) {
  const auto parsed = parse_decimal(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Decimal{});
}

struct Case {
  const char* text;
  const char* plain;
};

TEST(Decimal, ReadsEveryFormAndWritesThePlainOne) {
  const Case cases[] = {
      {"0", "0"},
      {"-0", "0"},
      {"0.000", "0"},
      {"0e99999999999", "0"},
      {"12", "12"},
      {"+12", "12"},
      {"-12.50", "-12.5"},
      {"00012", "12"},
      {".5", "0.5"},
      {"5.", "5"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"1.5e-3", "0.0015"},
      {"120e-1", "12"},
      {"-1e-2", "-0.01"},
      {"100.00100", "100.001"},
      {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
      {"0.00000000000000000000000000000000000000000001e44", "1"},
  };
  for (const auto& [text, plain] : cases) EXPECT_EQ(to_string(decimal(text)), plain) << text;
}

TEST(Decimal, RefusesWhatIsNoNumberOrDoesNotFit) {
  const Case cases[] = {
      {"", "The parameter cannot be converted to a numeric value"},
      {"abc", "The parameter cannot be converted to a numeric value: abc"},
      {" 5", "The parameter cannot be converted to a numeric value:  5"},
      {"5 ", "The parameter cannot be converted to a numeric value: 5 "},
      {"1e", "The parameter cannot be converted to a numeric value: 1e"},
      {"--1", "The parameter cannot be converted to a numeric value: --1"},
      {".", "The parameter cannot be converted to a numeric value: ."},
      {"0x10", "The parameter cannot be converted to a numeric value: 0x10"},
      {"NaN", "The parameter cannot be converted to a numeric value: NaN"},
      {"1e126",
       "Number overflow. Attempting to store a number with magnitude larger than supported "
       "range"},
      {"1e99999999999999999999",
       "Number overflow. Attempting to store a number with magnitude larger than supported range"},
      {"1e-131",
       "Number underflow. Attempting to store a number with magnitude smaller than "
       "supported range"},
      {"123456789012345678901234567890123456789",
       "Attempting to store more than 38 significant digits in a Number"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = parse_decimal(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().message, message);
  }
  EXPECT_TRUE(parse_decimal("9.9999999999999999999999999999999999999E125").has_value());
  EXPECT_TRUE(parse_decimal("-1E-130").has_value());
}

TEST(Decimal, AddsAndSubtractsExactly) {
  struct Sum {
    const char* a;
    const char* b;
    const char* sum;
    const char* difference;
  };
  const Sum cases[] = {
      {"1", "2", "3", "-1"},
      {"0.1", "0.2", "0.3", "-0.1"},
      {"99", "1", "100", "98"},
      {"-5", "5", "0", "-10"},
      {"0", "-7", "-7", "7"},
      {"1000000", "0.000001", "1000000.000001", "999999.999999"},
      {"9999999999999999999999999999999999999", "1", "10000000000000000000000000000000000000",
       "9999999999999999999999999999999999998"},
      {"1e125", "1e125", "2e125", "0"},
  };
  for (const auto& [a, b, sum, difference] : cases) {
    EXPECT_EQ(add(decimal(a), decimal(b)), decimal(sum)) << a << " + " << b;
    EXPECT_EQ(subtract(decimal(a), decimal(b)), decimal(difference)) << a << " - " << b;
  }
}

TEST(Decimal, RefusesResultsThatDoNotFit) {
  EXPECT_EQ(add(decimal("1e38"), decimal("0.1")).error().message,
            "Attempting to store more than 38 significant digits in a Number");
  EXPECT_EQ(add(decimal("9e125"), decimal("9e125")).error().message,
            "Number overflow. Attempting to store a number with magnitude larger than supported "
            "range");
  EXPECT_EQ(subtract(decimal("-9e125"), decimal("9e125")).error().code, base::ErrorCode::kInvalid);
}

// A random number with few digits and exponents, so that near neighbours and equals occur.
std::string random_number(std::mt19937& random) {
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  std::string text = below(2) == 0 ? "-" : "";
  for (unsigned i = 0, n = 1 + below(5); i < n; ++i) text += static_cast<char>('0' + below(10));
  if (below(2) == 0) text += "." + std::to_string(below(1000));
  return text + "e" + std::to_string(static_cast<int>(below(9)) - 4);
}

TEST(Decimal, SortBytesOrderAsTheNumbersDo) {
  std::mt19937 random(20261121);
  for (int i = 0; i < 20000; ++i) {
    const std::string left = random_number(random);
    const std::string right = random_number(random);
    const Decimal a = decimal(left);
    const Decimal b = decimal(right);
    const double expected = std::stod(left) - std::stod(right);
    const int order = compare(a, b);
    ASSERT_EQ(order < 0, expected < 0) << left << " " << right;
    ASSERT_EQ(order > 0, expected > 0) << left << " " << right;
    const int bytes = sort_bytes(a).compare(sort_bytes(b));
    ASSERT_EQ(order < 0, bytes < 0) << left << " " << right;
    ASSERT_EQ(order > 0, bytes > 0) << left << " " << right;
  }
}

TEST(Decimal, SortBytesOrderTheExtremes) {
  const std::vector<std::string> ascending = {"-9.9999999999999999999999999999999999999E125",
                                              "-1E125",
                                              "-12.3",
                                              "-12",
                                              "-1.23",
                                              "-1.2",
                                              "-1",
                                              "-0.5",
                                              "-1E-130",
                                              "0",
                                              "1E-130",
                                              "0.5",
                                              "1",
                                              "1.2",
                                              "1.23",
                                              "12",
                                              "12.3",
                                              "100",
                                              "1E125",
                                              "9.9999999999999999999999999999999999999E125"};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(sort_bytes(decimal(ascending[i - 1])), sort_bytes(decimal(ascending[i])))
        << ascending[i];
    EXPECT_LT(compare(decimal(ascending[i - 1]), decimal(ascending[i])), 0) << ascending[i];
  }
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
