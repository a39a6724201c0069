// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/expressions.h"

#include <gtest/gtest.h>

namespace beckon::lambdas {
namespace {

using Op = Term::Op;

std::string written(const Placeholders& placeholders) {
  json::Writer out;
  out.begin_object();
  placeholders.write(out);
  out.end_object();
  return out.take();
}

struct ConditionCase {
  Condition condition;
  const char* text;
};

// Terms of a group are joined by AND, groups by OR; what holds always is no expression at all.
TEST(Expressions, RendersConditions) {
  const ConditionCase table[] = {
      {{}, ""},
      {{{{}}}, ""},
      {{{{{"a", Op::kExists}}, {}}}, ""},
      {{{{{"a", Op::kNotExists}}}}, "attribute_not_exists(#n0)"},
      {{{{{"a", Op::kExists}, {"b", Op::kEquals, number(1)}}}},
       "attribute_exists(#n0) AND #n1 = :v0"},
      {{{{{"a", Op::kLess, number(1)}, {"a", Op::kGreaterOrEquals, number(0)}}}},
       "#n0 < :v0 AND #n0 >= :v1"},
      {{{{{"a", Op::kNotExists}}, {{"a", Op::kLessOrEquals, "x"}, {"b", Op::kGreater, true}}}},
       "(attribute_not_exists(#n0)) OR (#n0 <= :v0 AND #n1 > :v1)"},
  };
  for (const ConditionCase& each : table) {
    Placeholders placeholders;
    EXPECT_EQ(render_condition(each.condition, placeholders), each.text);
  }
}

// Every name and value goes in as a placeholder, so reserved words and quotes are no matter.
TEST(Expressions, WritesPlaceholders) {
  Placeholders placeholders;
  const Condition condition{{{{"name", Op::kEquals, "it's \"x\""},
                              {"name", Op::kExists},
                              {"on", Op::kEquals, true},
                              {"n", Op::kEquals, number(-5)}}}};
  EXPECT_EQ(render_condition(condition, placeholders),
            "#n0 = :v0 AND attribute_exists(#n0) AND #n1 = :v1 AND #n2 = :v2");
  EXPECT_EQ(written(placeholders),
            R"({"ExpressionAttributeNames":{"#n0":"name","#n1":"on","#n2":"n"},)"
            R"("ExpressionAttributeValues":{":v0":{"S":"it's \"x\""},":v1":{"BOOL":true},)"
            R"(":v2":{"N":"-5"}}})");
  EXPECT_EQ(written(Placeholders()), "{}");
}

struct UpdateCase {
  Update update;
  const char* text;
};

// SET, REMOVE and ADD stand once each, and only if they change something.
TEST(Expressions, RendersUpdates) {
  const UpdateCase table[] = {
      {{}, ""},
      {{.set = {{"a", "x"}, {"b", number(2)}}, .remove = {}, .add = {}},
       "SET #n0 = :v0, #n1 = :v1"},
      {{.set = {}, .remove = {"a", "b"}, .add = {}}, "REMOVE #n0, #n1"},
      {{.set = {}, .remove = {}, .add = {{"a", 1}, {"b", -1}}}, "ADD #n0 :v0, #n1 :v1"},
      {{.set = {{"a", "x"}}, .remove = {"b"}, .add = {{"c", 1}}},
       "SET #n0 = :v0 REMOVE #n1 ADD #n2 :v1"},
  };
  for (const UpdateCase& each : table) {
    Placeholders placeholders;
    EXPECT_EQ(render_update(each.update, placeholders), each.text);
  }
}

struct RangeCase {
  KeyRange range;
  const char* text;
};

TEST(Expressions, RendersKeyRanges) {
  const RangeCase table[] = {
      {{}, "#n0 = :v0"},
      {{.begins_with = "seq#", .from = {}, .to = {}}, "#n0 = :v0 AND begins_with(#n1, :v1)"},
      {{.begins_with = {}, .from = "a", .to = "b"}, "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2"},
      {{.begins_with = {}, .from = "a", .to = {}}, "#n0 = :v0 AND #n1 >= :v1"},
      {{.begins_with = {}, .from = {}, .to = "b"}, "#n0 = :v0 AND #n1 <= :v1"},
  };
  for (const RangeCase& each : table) {
    QueryRequest request;
    request.partition_key = "userId";
    request.partition_value = "Bob";
    request.sort_key = "sk";
    request.range = each.range;
    Placeholders placeholders;
    EXPECT_EQ(render_key_condition(request, placeholders), each.text);
  }
}

}  // namespace
}  // namespace beckon::lambdas
