// SPDX-License-Identifier: Apache-2.0
// The in-memory database must refuse and answer as DynamoDB does, or the other tests mean little.
#include "tests/support/backend/memory_database.h"

#include <gtest/gtest.h>

#include "tests/support/backend/conditions.h"

namespace beckon::tests {
namespace {

using base::ErrorCode;
using lambdas::Condition;
using lambdas::Item;
using lambdas::number;
using lambdas::Term;
using lambdas::TransactWrite;

Item row(const std::string& sk, std::int64_t value) {
  return {{"userId", "Bob"}, {"sk", sk}, {"n", number(value)}};
}

Item key(const std::string& sk) {
  return {{"userId", "Bob"}, {"sk", sk}};
}

TransactWrite put(const Item& item, const Condition& condition = {}) {
  TransactWrite write;
  write.table = "streams";
  write.item = item;
  write.condition = condition;
  return write;
}

TEST(MemoryDatabase, ConditionsAreGroupsOfTerms) {
  const Item item = {{"a", number(9)}, {"s", "x"}};
  const auto term = [](const char* name, Term::Op op, lambdas::AttributeValue value) {
    return Condition{{{{name, op, std::move(value)}}}};
  };
  EXPECT_TRUE(holds({}, nullptr));
  EXPECT_TRUE(holds(term("a", Term::Op::kLess, number(12)), &item)) << "numbers, not text";
  EXPECT_FALSE(holds(term("a", Term::Op::kEquals, std::string("9")), &item)) << "types differ";
  EXPECT_FALSE(holds(term("a", Term::Op::kLess, std::string("z")), &item));
  EXPECT_TRUE(holds(term("b", Term::Op::kNotExists, false), &item));
  EXPECT_FALSE(holds(term("b", Term::Op::kLess, number(1)), &item)) << "absent is not small";
  EXPECT_FALSE(holds(term("a", Term::Op::kExists, false), nullptr));
  const Condition either = {
      {{{"a", Term::Op::kEquals, number(1)}},
       {{"s", Term::Op::kEquals, std::string("x")}, {"a", Term::Op::kGreaterOrEquals, number(9)}}}};
  EXPECT_TRUE(holds(either, &item));
}

TEST(MemoryDatabase, ATransactionIsAllOrNothingAndNamesTheFirstThatFailed) {
  MemoryDatabase database;
  ASSERT_TRUE(database.put("streams", row("b", 1), {}));
  const Condition is_new = {{{{"sk", Term::Op::kNotExists, false}}}};
  int failed = -1;
  const auto done = database.transact(
      {put(row("a", 1), is_new), put(row("b", 2), is_new), put(row("c", 3), is_new)}, &failed);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kConflict);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(database.rows("streams").size(), 1U);
}

TEST(MemoryDatabase, WrongRequestsAreRefused) {
  MemoryDatabase database;
  const auto code = [](const base::Status& status) { return status.error().code; };
  EXPECT_EQ(code(database.transact({put(row("a", 1)), put(row("a", 2))}, nullptr)),
            ErrorCode::kInvalid);
  EXPECT_EQ(code(database.transact({}, nullptr)), ErrorCode::kInvalid);
  EXPECT_EQ(code(database.put("streams", {{"userId", "Bob"}}, {})), ErrorCode::kInvalid);
  EXPECT_EQ(code(database.put("streams", row("", 1), {})), ErrorCode::kInvalid);
  EXPECT_EQ(code(database.put("nothing", row("a", 1), {})), ErrorCode::kNotFound);
  EXPECT_EQ(database.get("streams", row("a", 1)).error().code, ErrorCode::kInvalid)
      << "a key with more than the key";
  lambdas::Update of_the_key;
  of_the_key.set["sk"] = "b";
  EXPECT_EQ(database.update("streams", key("a"), of_the_key, {}).error().code, ErrorCode::kInvalid);
  lambdas::QueryRequest query;
  query.table = "devices";
  query.index = "userId-index";
  query.partition_key = "userId";
  query.partition_value = "Bob";
  EXPECT_EQ(database.query(query).error().code, ErrorCode::kInvalid) << "consistent on an index";
  query.consistent = false;
  EXPECT_TRUE(database.query(query));
}

TEST(MemoryDatabase, AnUpdateMakesTheItemAndCounts) {
  MemoryDatabase database;
  const lambdas::Update update = {.set = {{"s", "x"}}, .remove = {"gone"}, .add = {{"n", 2}}};
  ASSERT_TRUE(database.update("streams", key("a"), update, {}));
  const auto item = database.update("streams", key("a"), update, {});
  ASSERT_TRUE(item);
  EXPECT_EQ(lambdas::integer_of(*item, "n"), 4);
  EXPECT_EQ(lambdas::string_of(*item, "sk"), "a");
}

TEST(MemoryDatabase, PagesFollowEachOtherAndAFullOneHasAKey) {
  MemoryDatabase database;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(database.put("streams", row("k" + std::to_string(i), i), {}));
  }
  for (const bool descending : {false, true}) {
    lambdas::QueryRequest query;
    query.table = "streams";
    query.partition_key = "userId";
    query.partition_value = "Bob";
    query.sort_key = "sk";
    query.range.from = "k1";
    query.range.to = "k4";
    query.descending = descending;
    query.limit = 2;
    std::vector<std::int64_t> seen;
    int pages = 0;
    do {
      const auto page = database.query(query);
      ASSERT_TRUE(page);
      for (const Item& item : page->items) seen.push_back(*lambdas::integer_of(item, "n"));
      query.exclusive_start_key = page->last_evaluated_key;
      ++pages;
    } while (!query.exclusive_start_key.empty());
    EXPECT_EQ(seen, descending ? (std::vector<std::int64_t>{4, 3, 2, 1})
                               : (std::vector<std::int64_t>{1, 2, 3, 4}));
    EXPECT_EQ(pages, 3) << "two full pages and an empty one";
  }
}

}  // namespace
}  // namespace beckon::tests
