// SPDX-License-Identifier: Apache-2.0
// What lambdas/aws/database.h promises about queries, indexes and scans, against a real DynamoDB.
#include <algorithm>

#include "tests/database/fixture.h"

namespace beckon::tests {
namespace {

using lambdas::Item;
using lambdas::QueryRequest;

class Queries : public DatabaseTest {
 protected:
  QueryRequest of_user() const {
    QueryRequest request;
    request.table = streams_;
    request.partition_key = "userId";
    request.partition_value = user_;
    request.sort_key = "sk";
    return request;
  }

  std::vector<std::string> keys(QueryRequest request, int* pages = nullptr) {
    std::vector<std::string> found;
    for (;;) {
      const auto page = database().query(request);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) return found;
      if (pages != nullptr) ++*pages;
      for (const Item& item : page->items) {
        found.emplace_back(lambdas::string_of(item, "sk").value_or("?"));
      }
      if (page->last_evaluated_key.empty()) return found;
      request.exclusive_start_key = page->last_evaluated_key;
    }
  }
};

TEST_F(Queries, ARangeIsInclusiveAPrefixIsAPrefixAndOrderGoesBothWays) {
  for (const char* sk : {"head", "seq#1", "seq#2", "seq#3", "zzz"}) put(streams_, row(sk));
  using Keys = std::vector<std::string>;
  QueryRequest request = of_user();
  request.range.begins_with = "seq#";
  EXPECT_EQ(keys(request), (Keys{"seq#1", "seq#2", "seq#3"}));
  request.descending = true;
  EXPECT_EQ(keys(request), (Keys{"seq#3", "seq#2", "seq#1"}));
  request = of_user();
  request.range.from = "seq#2";
  request.range.to = "seq#3";
  EXPECT_EQ(keys(request), (Keys{"seq#2", "seq#3"}));
  request.range.to.reset();
  EXPECT_EQ(keys(request), (Keys{"seq#2", "seq#3", "zzz"}));
  request = of_user();
  EXPECT_EQ(keys(request).size(), 5U);
}

TEST_F(Queries, ALimitGivesPagesAndTheyGoOnWhereTheyStopped) {
  for (const char* sk : {"a", "b", "c", "d", "e"}) put(streams_, row(sk));
  QueryRequest request = of_user();
  request.limit = 2;
  int pages = 0;
  EXPECT_EQ(keys(request, &pages), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(pages, 3);
}

TEST_F(Queries, MoreThanAMegabyteComesInSeveralPages) {
  for (int i = 0; i < 6; ++i) {
    Item item = row("big#" + std::to_string(i));
    item["data"] = std::string(300'000, 'x');
    put(streams_, item);
  }
  int pages = 0;
  EXPECT_EQ(keys(of_user(), &pages).size(), 6U);
  EXPECT_GE(pages, 2);
}

TEST_F(Queries, AnIndexFindsRowsByAnotherAttribute) {
  const std::string device = fresh_name("device");
  put(tables().devices, {{"deviceId", device}, {"userId", user_}, {"cursor", "k:1"}});
  put(tables().devices, {{"deviceId", fresh_name("device")}, {"userId", fresh_name("user")}});
  QueryRequest request;
  request.table = tables().devices;
  request.index = "userId-index";
  request.partition_key = "userId";
  request.partition_value = user_;
  request.consistent = false;
  const auto page = database().query(request);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(lambdas::string_of(page->items[0], "deviceId"), device);
  EXPECT_EQ(lambdas::string_of(page->items[0], "cursor"), "k:1");
}

TEST_F(Queries, AnIndexOfKeysHasOnlyRowsWithTheAttribute) {
  const std::string id = fresh_name("event");
  Item indexed = row("event-id#" + id);
  indexed["lookupId"] = id;
  put(streams_, indexed);
  put(streams_, row("seq#1"));
  QueryRequest request;
  request.table = streams_;
  request.index = "lookupId-index";
  request.partition_key = "lookupId";
  request.partition_value = id;
  request.consistent = false;
  const auto page = database().query(request);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_EQ(page->items[0], indexed);
}

TEST_F(Queries, AScanSeesEveryRowOfTheTable) {
  for (const char* sk : {"a", "b", "c"}) put(streams_, row(sk));
  std::size_t mine = 0;
  Item start;
  do {
    const auto page = table_scan().scan(streams_, start);
    ASSERT_TRUE(page) << page.error().message;
    mine += static_cast<std::size_t>(std::ranges::count_if(page->items, [&](const Item& item) {
      return lambdas::string_of(item, "userId") == user_;
    }));
    start = page->last_evaluated_key;
  } while (!start.empty());
  EXPECT_EQ(mine, 3U);
}

}  // namespace
}  // namespace beckon::tests
