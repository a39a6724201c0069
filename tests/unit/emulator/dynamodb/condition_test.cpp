// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/condition.h"

#include <gtest/gtest.h>

#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr const char* kItem = R"({
  "n":{"N":"5"}, "str":{"S":"héllo"}, "bin":{"B":"AP8="}, "yes":{"BOOL":true}, "nil":{"NULL":true},
  "l":{"L":[{"N":"1"},{"S":"two"},{"M":{"k":{"N":"3"}}}]}, "m":{"M":{"k":{"S":"v"}}},
  "ss":{"SS":["b","a"]}, "ns":{"NS":["1","2.50"]}, "bs":{"BS":["AA==","/w=="]}})";

constexpr const char* kValues = R"({
  ":one":{"N":"1"}, ":two":{"N":"2"}, ":three":{"N":"3"}, ":five":{"N":"5.0"}, ":nine":{"N":"9"},
  ":h":{"S":"h"}, ":l":{"S":"l"}, ":two_s":{"S":"two"}, ":a":{"S":"a"}, ":v":{"S":"v"},
  ":zz":{"S":"zz"}, ":ff":{"B":"/w=="}, ":zero_b":{"B":"AA=="}, ":yes":{"BOOL":true},
  ":half":{"N":"2.5"}, ":ab":{"SS":["a","b"]}, ":mk":{"M":{"k":{"S":"v"}}},
  ":long":{"S":"xx héllo xx"}, ":set":{"NS":["5","6"]}, ":N":{"S":"N"}, ":M":{"S":"M"},
  ":NULL":{"S":"NULL"}})";

bool evaluate(std::string_view text) {
  const auto item_text = json::parse(kItem);
  const auto values = json::parse(kValues);
  const Item item = read_item(item_text->root(), "Item");
  Bindings bindings({}, values->root());
  return holds(bind_condition(text, bindings, "ConditionExpression"), item);
}

TEST(Condition, HoldsWhereDynamoDbSaysSo) {
  const char* cases[] = {
      "n = :five",
      "n <> :h",
      "n < :nine",
      "n <= :five",
      "n > :one",
      "n >= :five",
      ":one < n",
      "nah <> :one",
      "nah <> nah2",
      "NOT nah = :one",
      "NOT nah < :one",
      "NOT nah > :one",
      "n BETWEEN :one AND :nine",
      "n BETWEEN :five AND :five",
      "n IN (:h, :five)",
      "attribute_exists(n)",
      "attribute_exists(l[0])",
      "attribute_exists(l[2].k)",
      "attribute_exists(m.k)",
      "attribute_exists(nil)",
      "attribute_not_exists(nah)",
      "attribute_not_exists(l[3])",
      "attribute_not_exists(m.k.k)",
      "attribute_not_exists(n.k)",
      "attribute_type(n, :N)",
      "attribute_type(m, :M)",
      "attribute_type(nil, :NULL)",
      "begins_with(str, :h)",
      "begins_with(bin, :zero_b)",
      "contains(str, :l)",
      "contains(bin, :ff)",
      "contains(ss, :a)",
      "contains(ns, :half)",
      "contains(bs, :ff)",
      "contains(l, :two_s)",
      "contains(l, :one)",
      "contains(:long, str)",
      "contains(:set, n)",
      "size(str) = :five",
      "size(bin) = :two",
      "size(l) = :three",
      "size(m) = :one",
      "size(ss) = :two",
      "size(str) > size(l)",
      "NOT size(n) >= :one",
      "ss = :ab",
      "m = :mk",
      "yes = :yes",
      "l[2].k = :three",
      "m.k = :v",
      "n = :one OR n = :five",
      "n = :five AND NOT n = :one",
      "n = :one OR n = :five AND yes = :yes",
      "NOT (n = :one OR n = :two)",
  };
  for (const char* text : cases) EXPECT_TRUE(evaluate(text)) << text;
}

TEST(Condition, FailsWhereDynamoDbSaysSo) {
  const char* cases[] = {
      "n = :h",
      "n <> :five",
      "n < :five",
      "n > :five",
      "n < :h",
      "str < :one",
      "nah = :one",
      "nah < :one",
      "nah = nah2",
      "n BETWEEN :nine AND :nine",
      "nah BETWEEN :one AND :nine",
      "n IN (:h, :one)",
      "attribute_exists(nah)",
      "attribute_exists(l[3])",
      "attribute_not_exists(n)",
      "attribute_type(nah, :N)",
      "attribute_type(str, :N)",
      "begins_with(n, str)",
      "begins_with(str, :zz)",
      "begins_with(nah, :h)",
      "contains(str, :one)",
      "contains(n, :one)",
      "contains(ss, :zz)",
      "contains(ns, :a)",
      "contains(m, :v)",
      "size(n) > :one",
      "size(nah) = :one",
      "size(yes) = :one",
      "m.k = :one",
      "l[9] = :one",
      "NOT n = :five",
      "n = :five AND n = :one",
      "yes = nil",
  };
  for (const char* text : cases) EXPECT_FALSE(evaluate(text)) << text;
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
