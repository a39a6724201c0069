// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/update.h"

#include <gtest/gtest.h>

#include <string>

#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr const char* kValues = R"({
  ":one":{"N":"1"}, ":five":{"N":"5"}, ":a":{"S":"a"}, ":list":{"L":[{"N":"9"}]},
  ":ab":{"SS":["a","b"]}, ":bc":{"SS":["b","c"]}, ":ns":{"NS":["1"]}, ":m":{"M":{"q":{"N":"1"}}},
  ":big":{"N":"1e38"}, ":tiny":{"N":"0.1"}})";

// The item after the update, or DynamoDB's complaint.
std::string updated(std::string_view text, std::string_view item_text) {
  const auto values = json::parse(kValues);
  const auto document = json::parse(item_text);
  Item item = read_item(document->root(), "Item");
  Bindings bindings({}, values->root());
  const Update update = bind_update(text, bindings);
  try {
    apply_update(update, item);
  } catch (const Fault& fault) {
    return fault.message;
  }
  return item_json(item);
}

struct Case {
  const char* text;
  const char* before;
  const char* after;
};

TEST(Update, ChangesTheItem) {
  const Case cases[] = {
      {"SET x = :five", "{}", R"({"x":{"N":"5"}})"},
      {"SET x = x + :five", R"({"x":{"N":"2.5"}})", R"({"x":{"N":"7.5"}})"},
      {"SET x = x - :five", R"({"x":{"N":"2"}})", R"({"x":{"N":"-3"}})"},
      {"SET x = (x + :five)", R"({"x":{"N":"2"}})", R"({"x":{"N":"7"}})"},
      {"SET x = if_not_exists(x, :five) + :one", "{}", R"({"x":{"N":"6"}})"},
      {"SET x = if_not_exists(x, if_not_exists(y, :five))", R"({"y":{"N":"3"}})",
       R"({"x":{"N":"3"},"y":{"N":"3"}})"},
      {"SET l = list_append(l, :list)", R"({"l":{"L":[{"N":"1"}]}})",
       R"({"l":{"L":[{"N":"1"},{"N":"9"}]}})"},
      {"SET l = list_append(:list, if_not_exists(l, :list))", "{}",
       R"({"l":{"L":[{"N":"9"},{"N":"9"}]}})"},
      // Operands are read before anything is written.
      {"SET x = y, y = x", R"({"x":{"N":"1"},"y":{"N":"2"}})", R"({"x":{"N":"2"},"y":{"N":"1"}})"},
      {"SET m.k = :a", R"({"m":{"M":{}}})", R"({"m":{"M":{"k":{"S":"a"}}}})"},
      {"SET l[0].k = :a", R"({"l":{"L":[{"M":{}}]}})", R"({"l":{"L":[{"M":{"k":{"S":"a"}}}]}})"},
      {"SET l[9] = :one, l[5] = :five", R"({"l":{"L":[{"N":"0"}]}})",
       R"({"l":{"L":[{"N":"0"},{"N":"5"},{"N":"1"}]}})"},
      {"REMOVE x", R"({"x":{"N":"1"},"y":{"N":"2"}})", R"({"y":{"N":"2"}})"},
      {"REMOVE nah", R"({"y":{"N":"2"}})", R"({"y":{"N":"2"}})"},
      // Positions are those before the update.
      {"REMOVE l[0], l[1]", R"({"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]}})",
       R"({"l":{"L":[{"N":"2"}]}})"},
      {"REMOVE l[0] SET l[1] = :five", R"({"l":{"L":[{"N":"0"},{"N":"1"}]}})",
       R"({"l":{"L":[{"N":"5"}]}})"},
      {"REMOVE l[7]", R"({"l":{"L":[{"N":"0"}]}})", R"({"l":{"L":[{"N":"0"}]}})"},
      {"ADD x :five", "{}", R"({"x":{"N":"5"}})"},
      {"ADD x :five", R"({"x":{"N":"-5"}})", R"({"x":{"N":"0"}})"},
      {"ADD s :ab", "{}", R"({"s":{"SS":["a","b"]}})"},
      {"ADD s :bc", R"({"s":{"SS":["a","b"]}})", R"({"s":{"SS":["a","b","c"]}})"},
      {"DELETE s :bc", R"({"s":{"SS":["a","b"]}})", R"({"s":{"SS":["a"]}})"},
      {"DELETE s :ab", R"({"s":{"SS":["a","b"]}})", "{}"},
      {"DELETE s :ab", "{}", "{}"},
      {"set x = :one remove y add z :five delete s :bc", R"({"y":{"N":"1"},"s":{"SS":["a","b"]}})",
       R"({"s":{"SS":["a"]},"x":{"N":"1"},"z":{"N":"5"}})"},
  };
  for (const auto& [text, before, after] : cases) EXPECT_EQ(updated(text, before), after) << text;
}

TEST(Update, RefusesWhatDoesNotFitTheItem) {
  constexpr const char* kPath =
      "The document path provided in the update expression is invalid for update";
  constexpr const char* kOperand = "An operand in the update expression has an incorrect data type";
  constexpr const char* kMissing =
      "The provided expression refers to an attribute that does not exist in the item";
  const Case cases[] = {
      {"SET x = nah", "{}", kMissing},
      {"SET x = x + :one", "{}", kMissing},
      {"SET x = x + :one", R"({"x":{"S":"1"}})", kOperand},
      {"SET x = list_append(l, x)", R"({"x":{"N":"1"},"l":{"L":[]}})", kOperand},
      {"SET q.w = :one", "{}", kPath},
      {"SET x.y = :one", R"({"x":{"N":"1"}})", kPath},
      {"SET x[0] = :one", R"({"x":{"M":{}}})", kPath},
      {"REMOVE q.w", "{}", kPath},
      {"ADD q.w :one", "{}", kPath},
      {"DELETE q.w :ab", "{}", kPath},
      {"ADD x :one", R"({"x":{"S":"1"}})", kOperand},
      {"ADD s :ns", R"({"s":{"SS":["a"]}})", kOperand},
      {"DELETE s :ns", R"({"s":{"SS":["a"]}})", kOperand},
      {"SET x = :big + :tiny", "{}",
       "Attempting to store more than 38 significant digits in a Number"},
  };
  for (const auto& [text, before, message] : cases) {
    EXPECT_EQ(updated(text, before), message) << text;
  }
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
