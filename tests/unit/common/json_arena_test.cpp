// SPDX-License-Identifier: Apache-2.0
#include "common/json/arena.h"

#include <gtest/gtest.h>

#include <string>

#include "common/json/json.h"

namespace beckon::json {
namespace {

constexpr char kText[] = R"({"a":[1,2,{"b":"text"}],"c":null})";

TEST(JsonArena, ADocumentInAnArenaReadsAsOneOnTheHeap) {
  Arena arena(4096);
  for (int i = 0; i < 1000; ++i) {
    const auto document = parse(kText, kDepthMaxDevice, &arena);
    ASSERT_TRUE(document);
    ASSERT_TRUE(arena.in_use());
    ASSERT_EQ(document->root().print(), kText);
  }
  EXPECT_FALSE(arena.in_use()) << "the memory is there again for the next document";
}

TEST(JsonArena, WhatDoesNotFitComesFromTheHeap) {
  Arena arena(256);
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + ",";
  text += "0]";
  const auto document = parse(text, kDepthMaxDevice, &arena);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().print(), text);
}

TEST(JsonArena, OneDocumentAtATimeStandsInIt) {
  Arena arena(4096);
  const auto first = parse(kText, kDepthMaxDevice, &arena);
  const auto second = parse(R"({"x":1})", kDepthMaxDevice, &arena);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->root().print(), kText);
  EXPECT_EQ(second->root().print(), R"({"x":1})");
}

TEST(JsonArena, ATextThatIsNoJsonLeavesItEmpty) {
  Arena arena(4096);
  EXPECT_FALSE(parse(R"({"a":[1,2,)", kDepthMaxDevice, &arena));
  EXPECT_FALSE(parse(R"({"a":1,"a":2})", kDepthMaxDevice, &arena));
  EXPECT_FALSE(arena.in_use());
}

}  // namespace
}  // namespace beckon::json
