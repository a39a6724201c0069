// SPDX-License-Identifier: Apache-2.0
// What lambdas/aws/database.h promises, against a real DynamoDB.
#include "tests/database/fixture.h"

namespace beckon::tests {
namespace {

using base::ErrorCode;
using lambdas::Condition;
using lambdas::Item;
using lambdas::number;
using lambdas::Term;
using lambdas::TransactWrite;
using lambdas::Update;

Condition not_exists(const char* attribute) {
  return {.any_of = {{{.attribute = attribute, .op = Term::Op::kNotExists}}}};
}
Condition equals(const char* attribute, const lambdas::AttributeValue& value) {
  return {.any_of = {{{.attribute = attribute, .op = Term::Op::kEquals, .value = value}}}};
}

using Contract = DatabaseTest;

TEST_F(Contract, AnItemIsReadAsItWasWrittenAlsoUnderReservedNames) {
  Item item = row("a");
  item["name"] = "door.opened";  // names that DynamoDB's expressions reserve
  item["data"] = "{\"ü\":\"\\u0001 \\\" 🚪\"}";
  item["time"] = number(-12);
  item["big"] = number(9'007'199'254'740'991);
  item["flag"] = true;
  put(streams_, item);
  EXPECT_EQ(get(streams_, row("a")), item);
}

TEST_F(Contract, AnItemThatIsNotThereIsNoError) {
  const auto item = database().get(streams_, row("none"));
  ASSERT_TRUE(item);
  EXPECT_FALSE(*item);
}

TEST_F(Contract, APutWhoseConditionDoesNotHoldChangesNothing) {
  Item item = row("a");
  item["n"] = number(1);
  put(streams_, item);
  Item other = row("a");
  other["n"] = number(2);
  const auto second = database().put(streams_, other, not_exists("userId"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(get(streams_, row("a")), item);
}

TEST_F(Contract, AnUpdateSetsAddsAndRemovesAndGivesWhatIsThereAfterwards) {
  Item item = row("a");
  item["old"] = "x";
  item["count"] = number(40);
  put(streams_, item);
  const Update update{
      .set = {{"name", "n"}}, .remove = {"old"}, .add = {{"count", 2}, {"fresh", 7}}};
  const auto after = database().update(streams_, row("a"), update, {});
  ASSERT_TRUE(after) << after.error().message;
  Item expected = row("a");
  expected["name"] = "n";
  expected["count"] = number(42);
  expected["fresh"] = number(7);
  EXPECT_EQ(*after, expected);
  EXPECT_EQ(get(streams_, row("a")), expected);
}

TEST_F(Contract, AnUpdateOfNothingMakesTheItem) {
  const auto after =
      database().update(streams_, row("a"), {.set = {{"x", "y"}}, .remove = {}, .add = {}}, {});
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(lambdas::string_of(*after, "x"), "y");
}

TEST_F(Contract, ConditionsAreAnyOfGroupsWhoseTermsAllHold) {
  Item item = row("a");
  item["n"] = number(9);
  item["s"] = "b";
  put(streams_, item);
  const auto holds = [&](const Condition& condition) {
    const auto done = database().put(streams_, item, condition);
    EXPECT_TRUE(done || done.error().code == ErrorCode::kConflict) << done.error().message;
    return done.has_value();
  };
  const auto term = [](const char* name, Term::Op op, lambdas::AttributeValue value) {
    return Term{.attribute = name, .op = op, .value = std::move(value)};
  };
  using Op = Term::Op;
  // Numbers compare as numbers: 9 < 10, though "9" > "10".
  EXPECT_TRUE(holds({{{term("n", Op::kLess, number(10))}}}));
  EXPECT_FALSE(holds({{{term("n", Op::kLess, number(9))}}}));
  EXPECT_TRUE(holds({{{term("n", Op::kLessOrEquals, number(9))}}}));
  EXPECT_TRUE(holds({{{term("n", Op::kGreaterOrEquals, number(9))}}}));
  EXPECT_FALSE(holds({{{term("n", Op::kGreater, number(9))}}}));
  EXPECT_FALSE(holds({{{term("n", Op::kEquals, std::string("9"))}}})) << "another type";
  EXPECT_FALSE(holds({{{term("none", Op::kLess, number(1))}}})) << "an absent attribute";
  EXPECT_TRUE(holds({{{term("s", Op::kEquals, std::string("b")), term("n", Op::kExists, false)}}}));
  EXPECT_FALSE(
      holds({{{term("s", Op::kEquals, std::string("b")), term("z", Op::kExists, false)}}}));
  EXPECT_TRUE(holds({{{term("z", Op::kExists, false)}, {term("s", Op::kExists, false)}}}));
}

TEST_F(Contract, ARemovalIsConditionalAndOfNothingIsNoError) {
  Item item = row("a");
  item["owner"] = "x";
  put(streams_, item);
  const auto refused = database().remove(streams_, row("a"), equals("owner", "y"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(database().remove(streams_, row("a"), equals("owner", "x")));
  EXPECT_TRUE(get(streams_, row("a")).empty());
  EXPECT_TRUE(database().remove(streams_, row("a"), {}));
}

using Transactions = DatabaseTest;

TransactWrite put_of(const std::string& table, Item item, Condition condition = {}) {
  return {.kind = TransactWrite::Kind::kPut,
          .table = table,
          .key = {},
          .item = std::move(item),
          .update = {},
          .condition = std::move(condition)};
}

TEST_F(Transactions, AllWritesHappenOrNoneAndTheFirstThatFailedIsNamed) {
  put(streams_, row("taken"));
  int failed = -2;
  const auto refused = database().transact(
      {put_of(streams_, row("new")), put_of(streams_, row("taken"), not_exists("userId"))},
      &failed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_EQ(failed, 1);
  EXPECT_TRUE(get(streams_, row("new")).empty());

  Item counted = row("counted");
  const TransactWrite update{.kind = TransactWrite::Kind::kUpdate,
                             .table = streams_,
                             .key = counted,
                             .item = {},
                             .update = {.set = {{"s", "x"}}, .remove = {}, .add = {{"n", 3}}},
                             .condition = {}};
  const TransactWrite removal{.kind = TransactWrite::Kind::kDelete,
                              .table = streams_,
                              .key = row("taken"),
                              .item = {},
                              .update = {},
                              .condition = {}};
  const TransactWrite check{.kind = TransactWrite::Kind::kConditionCheck,
                            .table = streams_,
                            .key = row("absent"),
                            .item = {},
                            .update = {},
                            .condition = not_exists("userId")};
  const auto done =
      database().transact({put_of(streams_, row("new")), update, removal, check}, &failed);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_FALSE(get(streams_, row("new")).empty());
  EXPECT_EQ(lambdas::integer_of(get(streams_, row("counted")), "n"), 3);
  EXPECT_TRUE(get(streams_, row("taken")).empty());
}

TEST_F(Transactions, ACheckThatDoesNotHoldStopsTheRest) {
  put(streams_, row("there"));
  int failed = -2;
  const TransactWrite check{.kind = TransactWrite::Kind::kConditionCheck,
                            .table = streams_,
                            .key = row("there"),
                            .item = {},
                            .update = {},
                            .condition = not_exists("userId")};
  EXPECT_FALSE(database().transact({check, put_of(streams_, row("new"))}, &failed));
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(get(streams_, row("new")).empty());
}

using Mistakes = DatabaseTest;

TEST_F(Mistakes, ATableThatIsNotThereIsNotFound) {
  const auto item = database().get("beckon-nowhere", row("a"));
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().code, ErrorCode::kNotFound);
}

TEST_F(Mistakes, AKeyThatIsEmptyIsInvalid) {
  const auto done = database().put(streams_, {{"userId", user_}, {"sk", ""}}, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kInvalid);
}

TEST_F(Mistakes, AnItemAbove400KbIsInvalid) {
  Item item = row("big");
  item["data"] = std::string(401 * 1024, 'x');
  const auto done = database().put(streams_, item, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace beckon::tests
