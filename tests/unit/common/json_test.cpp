// SPDX-License-Identifier: Apache-2.0
#include "common/json/json.h"

#include <gtest/gtest.h>

namespace beckon::json {
namespace {

TEST(Json, ReadsEveryTypeByItsType) {
  const auto document =
      parse(R"({"s":"é","i":42,"d":1.5,"t":true,"n":null,"a":[1,"x"],"o":{"k":-3}})");
  ASSERT_TRUE(document);
  const View root = document->root();
  EXPECT_EQ(root["s"].string(), "é");
  EXPECT_EQ(root["i"].integer(), 42);
  EXPECT_EQ(root["d"].number(), 1.5);
  EXPECT_EQ(root["t"].boolean(), true);
  EXPECT_TRUE(root["n"].is_null());
  EXPECT_EQ(root["a"].size(), 2u);
  EXPECT_EQ(root["a"].at(1).string(), "x");
  EXPECT_EQ(root["o"]["k"].integer(), -3);
  EXPECT_EQ(root.at(1).key(), "i");
}

// P-4
TEST(Json, AnAbsentOrOtherTypedValueAnswersNothing) {
  const auto document = parse(R"({"s":"5","d":1.5,"big":9007199254740994})");
  ASSERT_TRUE(document);
  EXPECT_FALSE((*document)["x"]["y"].at(3).exists());
  EXPECT_FALSE((*document)["s"].integer());
  EXPECT_FALSE((*document)["d"].integer());
  EXPECT_FALSE((*document)["big"].integer());
  EXPECT_EQ((*document)["x"].type_name(), "nothing");
  EXPECT_EQ((*document)["x"].print(), "null");
  EXPECT_EQ((*document)["d"].string_or("none"), "none");
}

TEST(Json, MembersAreFoundByExactName) {
  const auto document = parse(R"({"Name":1,"name":2})");
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["name"].integer(), 2);
  EXPECT_FALSE((*document)["NAME"].exists());
}

// P-4
TEST(Json, WhatIsNotStrictJsonIsRefused) {
  const char* const bad[] = {
      "",         " ",        "{",       "[1,]",        "{\"a\":1,}",  "{a:1}",
      "01",       "1.",       ".5",      "+1",          "1e",          "0x10",
      "nan",      "Infinity", "-",       "tru",         "\"a",         "\"\\x\"",
      "'a'",      "{} x",     "[1 2]",   "\"a\nb\"",    "\x01{}",      "\xef\xbb\xbf{}",
      "\"\xff\"", "1e999",    "[1e999]", "\"\\ud800\"", "\"\\u0000\"", "{\"\\u0000\":1}",
      "[-]",      "1-2"};
  for (const char* text : bad) {
    const auto document = parse(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, base::ErrorCode::kInvalid) << text;
    EXPECT_FALSE(document.error().message.empty());
  }
}

TEST(Json, AMistakeInAFileOfManyLinesIsFoundByItsLine) {
  EXPECT_EQ(parse("{\n  \"a\": 1,\n  \"b\": nan\n}").error().message,
            "not JSON at line 3, column 8");
  EXPECT_EQ(parse("{\"a\": +1}").error().message, "not a JSON number at byte 6");
}

TEST(Json, NumbersInStringsAreNotNumbers) {
  EXPECT_TRUE(parse(R"(["01", "+1", ".5", "{[", "\\\"01"])"));
  EXPECT_TRUE(parse("[-0,0.5,1e5,1E-5,10]"));
}

// P-4
TEST(Json, DuplicateNamesAreRefusedAtAnyDepthAndCount) {
  EXPECT_FALSE(parse(R"({"a":1,"a":2})"));
  EXPECT_FALSE(parse(R"([{"x":{"a":1,"b":2,"a":3}}])"));
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"m" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse(many + "\"last\":1}"));
  const auto twice = parse(many + "\"m500\":1}");
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().message.find("m500"), std::string::npos);
  EXPECT_FALSE(parse(many + "\"m3\":1}"));
}

// P-4
TEST(Json, NestingIsBoundedBeforeAnythingIsBuilt) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_TRUE(parse(nested(16)));
  const auto deep = parse(nested(17));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(parse(nested(100), kDepthMaxHost));
  EXPECT_FALSE(parse(std::string(1'000'000, '['), kDepthMaxHost));
}

TEST(Json, PrintGivesBackWhatWasRead) {
  const std::string text =
      R"({"a":[1,2.5,"x\ny\"\\",true,false,null,{}],"b":{"c":[]},"big":1e+300})";
  const auto document = parse(text);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().print(), text);
}

// A short text must not become a tree of gigabytes.
TEST(Json, MoreValuesThanTheLimitAreRefusedBeforeATreeIsBuilt) {
  const auto array_of = [](std::size_t values) {
    std::string text = "[0";
    for (std::size_t i = 1; i < values; ++i) text += ",0";
    return text + "]";
  };
  EXPECT_TRUE(json::parse(array_of(json::kValuesMax)));
  const auto refused = json::parse(array_of(json::kValuesMax + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kLimit);
  EXPECT_NE(refused.error().message.find("1000000 values"), std::string::npos);
  EXPECT_TRUE(json::parse("[\"" + std::string(2 * json::kValuesMax, ',') + "\"]"))
      << "commas in a string are none of them";
}

}  // namespace
}  // namespace beckon::json
