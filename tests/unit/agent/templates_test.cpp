// SPDX-License-Identifier: Apache-2.0
#include "agent/templates.h"

#include <gtest/gtest.h>

namespace beckon::agent {
namespace {

ReceivedEvent sample() {
  protocol::Event event;
  event.seq = 44;
  event.id = "9f3c";
  event.name = "door.opened";
  event.time = "2026-11-21T07:00:00Z";
  event.data = R"({"title":"a b; $(rm) ${id}","n":1.5,"deep":{"list":[10,"x"]},"zero":"\u0001"})";
  return ReceivedEvent("k3f9", std::move(event), base::WallTime{0});
}

TEST(Templates, FieldsAreFilledIn) {
  const ReceivedEvent event = sample();
  const struct {
    const char* text;
    const char* filled;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"${name}/${id}/${seq}/${stream}", "door.opened/9f3c/44/k3f9"},
      {"at ${time}", "at 2026-11-21T07:00:00Z"},
      {"${data.n}", "1.5"},
      {"${data.deep.list.1}", "x"},
      {"${data.deep}", R"({"list":[10,"x"]})"},
      {"${data.none|nothing}", "nothing"},
      {"${data.none|}", ""},
      {"$${id} costs $5 $NAME $", "${id} costs $5 $NAME $"},
  };
  for (const auto& one : cases) {
    const auto parsed = Template::parse(one.text);
    ASSERT_TRUE(parsed) << one.text;
    EXPECT_EQ(parsed->fill(event).value(), one.filled) << one.text;
  }
}

TEST(Templates, WhatIsFilledInIsNotExpandedAgain) {
  EXPECT_EQ(Template::parse("${data.title}")->fill(sample()).value(), "a b; $(rm) ${id}");
}

TEST(Templates, AMissingFieldWithoutADefaultIsAnError) {
  const auto filled = Template::parse("${data.none}")->fill(sample());
  ASSERT_FALSE(filled);
  EXPECT_EQ(filled.error().code, base::ErrorCode::kNotFound);
  EXPECT_EQ(filled.error().message, "the event has no data.none");
}

TEST(Templates, AValueThatDoesNotFitIsNamedByItsField) {
  const Template::ValueCheck no_spaces = [](std::string_view value) -> base::Status {
    if (value.find(' ') == std::string_view::npos) return {};
    return base::fail(base::ErrorCode::kInvalid, "has a space");
  };
  EXPECT_EQ(Template::parse("a b ${id} ${data.n}")->fill(sample(), no_spaces), "a b 9f3c 1.5");
  EXPECT_EQ(Template::parse("${id}${data.title}")->fill(sample(), no_spaces).error().message,
            "data.title has a space");
  EXPECT_FALSE(Template::parse("${data.none|x y}")->fill(sample(), no_spaces));
}

TEST(Templates, WhatStandsBeforeAndBehindTheFirstFieldIsKnown) {
  EXPECT_EQ(Template::parse("/a/${id}/b")->literal_start(), "/a/");
  EXPECT_EQ(Template::parse("$${a}")->literal_start(), "${a}");
  EXPECT_EQ(Template::parse("${id}/b")->literal_start(), "");
  EXPECT_TRUE(Template::parse("/a/${id}/b")->has_after_field('/'));
  EXPECT_FALSE(Template::parse("/a/${id}.b")->has_after_field('/'));
  EXPECT_FALSE(Template::parse("/a/b")->has_after_field('/'));
}

TEST(Templates, WhatIsNoTemplateIsRefused) {
  for (const char* text : {"${", "${}", "${nam}", "${data.}", "${data..x}", "${HOME}"}) {
    EXPECT_FALSE(Template::parse(text)) << text;
  }
}

}  // namespace
}  // namespace beckon::agent
