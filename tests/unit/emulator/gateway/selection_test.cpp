// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/selection.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

std::string key_of(std::string_view expression, std::string_view body) {
  const auto parsed = SelectionExpression::parse(expression);
  EXPECT_TRUE(parsed) << expression << ": " << parsed.error().message;
  const auto document = json::parse(body, json::kDepthMaxHost);
  EXPECT_TRUE(document) << body;
  return parsed->evaluate(document->root());
}

TEST(SelectionExpression, GivesTheKeyThatTheGrammarOfAwsSays) {
  EXPECT_EQ(key_of("$request.body.action", R"({"action":"join"})"), "join");
  EXPECT_EQ(key_of("${request.body.action}", R"({"action":"join"})"), "join");
  EXPECT_EQ(key_of("$request.body.a.b", R"({"a":{"b":"deep"}})"), "deep");
  EXPECT_EQ(key_of("$request.body.a[1].b", R"({"a":[0,{"b":"x"}]})"), "x");
  EXPECT_EQ(key_of("${request.body.a}/${request.body.b}", R"({"a":"x","b":"y"})"), "x/y");
  EXPECT_EQ(key_of("v1-${request.body.a}!", R"({"a":"x"})"), "v1-x!");
  EXPECT_EQ(key_of("$request.body.none", R"({"a":"x"})"), "");
  EXPECT_EQ(key_of("$request.body.n", R"({"n":7})"), "7");
  EXPECT_EQ(key_of("$request.body.n", R"({"n":{"a":[1]}})"), R"({"a":[1]})");
  EXPECT_EQ(key_of("$request.body.n", R"({"n":true})"), "true");
  EXPECT_EQ(key_of("$request.body.action", R"([1])"), "");
}

TEST(SelectionExpression, ALiteralIsAConstant) {
  const auto parsed = SelectionExpression::parse("\\$default");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->is_constant());
  EXPECT_EQ(parsed->evaluate({}), "$default");
  EXPECT_FALSE(SelectionExpression::parse("$request.body.a")->is_constant());
}

TEST(SelectionExpression, WhatIsNotSupportedIsNamed) {
  for (const char* text : {"$request.header.X", "${request.body.a", "$context.routeKey",
                           "$request.body.a[x]", "$request.body..a"}) {
    const auto parsed = SelectionExpression::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find("$request.body"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace beckon::emulator
