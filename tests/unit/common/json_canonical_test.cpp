// SPDX-License-Identifier: Apache-2.0
#include "common/json/canonical.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

namespace beckon::json {
namespace {

std::string canonical_of(std::string_view text) {
  const auto document = parse(text);
  return document ? canonical(document->root()) : document.error().message;
}

TEST(JsonCanonical, NumbersAreWrittenAsInAppendixBOfRfc8785) {
  const struct {
    std::uint64_t bits;
    const char* text;
  } samples[] = {
      {0x0000000000000000, "0"},
      {0x8000000000000000, "0"},
      {0x0000000000000001, "5e-324"},
      {0x8000000000000001, "-5e-324"},
      {0x7fefffffffffffff, "1.7976931348623157e+308"},
      {0xffefffffffffffff, "-1.7976931348623157e+308"},
      {0x4340000000000000, "9007199254740992"},
      {0xc340000000000000, "-9007199254740992"},
      {0x4430000000000000, "295147905179352830000"},
      {0x44b52d02c7e14af5, "9.999999999999997e+22"},
      {0x44b52d02c7e14af6, "1e+23"},
      {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
      {0x444b1ae4d6e2ef4e, "999999999999999700000"},
      {0x444b1ae4d6e2ef4f, "999999999999999900000"},
      {0x444b1ae4d6e2ef50, "1e+21"},
      {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
      {0x3eb0c6f7a0b5ed8d, "0.000001"},
      {0x41b3de4355555553, "333333333.3333332"},
      {0x41b3de4355555554, "333333333.33333325"},
      {0x41b3de4355555555, "333333333.3333333"},
      {0x41b3de4355555556, "333333333.3333334"},
      {0x41b3de4355555557, "333333333.33333343"},
      {0xbecbf647612f3696, "-0.0000033333333333333333"},
      {0x43143ff3c1cb0959, "1424953923781206.2"},
  };
  for (const auto& [bits, text] : samples) {
    EXPECT_EQ(canonical_number(std::bit_cast<double>(bits)), text);
  }
}

// Where the neighbours are not equally far, the closest text of few digits may read as the wrong
// one; the expected texts are those of V8.
TEST(JsonCanonical, PowersOfTwoHaveTheirShortestText) {
  EXPECT_EQ(canonical_number(0x1p-44), "5.684341886080802e-14");
  EXPECT_EQ(canonical_number(0x1p-24), "5.960464477539063e-8");
  EXPECT_EQ(canonical_number(0x1p-1022), "2.2250738585072014e-308");
  EXPECT_EQ(canonical_number(0x1p-1074 * 3), "1.5e-323");
  EXPECT_EQ(canonical_number(0x1p70), "1.1805916207174113e+21");
}

TEST(JsonCanonical, TheWholeIsAsInTheExamplesOfRfc8785) {
  EXPECT_EQ(
      canonical_of(
          R"({ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
               "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
               "literals": [null, true, false] })"),
      R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
      "\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(JsonCanonical, MembersAreSortedByUtf16CodeUnitsOfTheirNames) {
  EXPECT_EQ(canonical_of(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,)"
                         R"("\u00f6":7,"":8,"11":9})"),
            "{\"\":8,\"\\r\":2,\"1\":4,\"11\":9,\"\xc2\x80\":6,\"\xc3\xb6\":7,\"\xe2\x82\xac\":1,"
            "\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":3}");
}

TEST(JsonCanonical, NestedObjectsAreSortedAndArraysAreNot) {
  EXPECT_EQ(canonical_of(R"({"b":[{"d":1,"c":[]},{}],"a":{}})"),
            R"({"a":{},"b":[{"c":[],"d":1},{}]})");
  EXPECT_EQ(canonical(View()), "null");
}

}  // namespace
}  // namespace beckon::json
