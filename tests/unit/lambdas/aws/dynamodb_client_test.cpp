// SPDX-License-Identifier: Apache-2.0
// Every call of the Database port as the JSON that DynamoDB gets, and its answers as items.
#include "lambdas/aws/dynamodb_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/lambdas/support/fakes.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;
using testing::FakeHttp;
using testing::header;
using testing::reply;
using Op = Term::Op;

const Item kKey{{"userId", "Bob"}, {"sk", "head"}};
const Condition kIsNew{{{{"sk", Op::kNotExists}}}};

struct Client : testing::FakeClient<DynamoDbClient> {
  using FakeClient::FakeClient;
  explicit Client(const std::string& body)
      : FakeClient([=](const FakeHttp::Sent&) { return reply(200, body); }) {}

  // "GetItem {…}" of the last request.
  std::string last() const {
    const FakeHttp::Sent& sent = http.sent.back();
    const std::string target = header(sent.request, "X-Amz-Target");
    return target.substr(target.find('.') + 1) + " " + sent.body;
  }
};

TEST(DynamoDbClient, GetsConsistently) {
  Client client(R"({"Item":{"userId":{"S":"Bob"},"seq":{"N":"42"},"on":{"BOOL":true},)"
                R"("list":{"L":[]},"none":{"NULL":true}}})");
  const auto item = client.api.get("streams", kKey);
  ASSERT_TRUE(item);
  // Attributes of other types are left out.
  EXPECT_EQ(**item, (Item{{"userId", "Bob"}, {"seq", number(42)}, {"on", true}}));
  EXPECT_EQ(client.last(), R"(GetItem {"TableName":"streams","Key":{"sk":{"S":"head"},)"
                           R"("userId":{"S":"Bob"}},"ConsistentRead":true})");
}

TEST(DynamoDbClient, GetsNothingWhereNothingIs) {
  Client client("{}");
  const auto item = client.api.get("streams", kKey);
  ASSERT_TRUE(item);
  EXPECT_FALSE(item->has_value());
}

TEST(DynamoDbClient, PutsWithACondition) {
  Client client("{}");
  ASSERT_TRUE(client.api.put("streams", {{"sk", "x"}}, kIsNew));
  EXPECT_EQ(client.last(), R"(PutItem {"TableName":"streams","Item":{"sk":{"S":"x"}},)"
                           R"x("ConditionExpression":"attribute_not_exists(#n0)",)x"
                           R"("ExpressionAttributeNames":{"#n0":"sk"}})");
}

TEST(DynamoDbClient, UpdatesAndReturnsTheItem) {
  Client client(R"({"Attributes":{"seq":{"N":"2"}}})");
  Update update;
  update.set = {{"cursor", "k:2"}};
  const auto item = client.api.update("devices", {{"deviceId", "d"}}, update, {});
  ASSERT_TRUE(item);
  EXPECT_EQ(*item, (Item{{"seq", number(2)}}));
  EXPECT_EQ(client.last(), R"(UpdateItem {"TableName":"devices","Key":{"deviceId":{"S":"d"}},)"
                           R"("ReturnValues":"ALL_NEW","UpdateExpression":"SET #n0 = :v0",)"
                           R"("ExpressionAttributeNames":{"#n0":"cursor"},)"
                           R"("ExpressionAttributeValues":{":v0":{"S":"k:2"}}})");
}

TEST(DynamoDbClient, RemovesWithoutACondition) {
  Client client("{}");
  ASSERT_TRUE(client.api.remove("devices", {{"deviceId", "d"}}, {}));
  EXPECT_EQ(client.last(), R"(DeleteItem {"TableName":"devices","Key":{"deviceId":{"S":"d"}}})");
}

TEST(DynamoDbClient, QueriesPageByPage) {
  Client client(R"({"Items":[{"sk":{"S":"a"}},{"sk":{"S":"b"}}],)"
                R"("LastEvaluatedKey":{"userId":{"S":"Bob"},"sk":{"S":"b"}}})");
  QueryRequest request;
  request.table = "streams";
  request.partition_key = "userId";
  request.partition_value = "Bob";
  request.sort_key = "sk";
  request.range.begins_with = "seq#";
  request.limit = 2;
  request.descending = true;
  request.exclusive_start_key = kKey;
  const auto page = client.api.query(request);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items, (std::vector<Item>{{{"sk", "a"}}, {{"sk", "b"}}}));
  EXPECT_EQ(page->last_evaluated_key, (Item{{"userId", "Bob"}, {"sk", "b"}}));
  EXPECT_EQ(client.last(), R"(Query {"TableName":"streams",)"
                           R"x("KeyConditionExpression":"#n0 = :v0 AND begins_with(#n1, :v1)",)x"
                           R"("ExpressionAttributeNames":{"#n0":"userId","#n1":"sk"},)"
                           R"("ExpressionAttributeValues":{":v0":{"S":"Bob"},":v1":{"S":"seq#"}},)"
                           R"("ConsistentRead":true,"ScanIndexForward":false,"Limit":2,)"
                           R"("ExclusiveStartKey":{"sk":{"S":"head"},"userId":{"S":"Bob"}}})");
}

TEST(DynamoDbClient, QueriesAnIndexWithoutConsistency) {
  Client client(R"({"Items":[]})");
  QueryRequest request;
  request.table = "devices";
  request.index = "userId-index";
  request.partition_key = "userId";
  request.partition_value = "Bob";
  request.consistent = false;
  const auto page = client.api.query(request);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->last_evaluated_key.empty());
  EXPECT_THAT(client.last(), ::testing::HasSubstr(R"("IndexName":"userId-index")"));
  EXPECT_THAT(client.last(), ::testing::HasSubstr(R"("ConsistentRead":false)"));
}

TEST(DynamoDbClient, ScansFromAKey) {
  Client client(R"({"Items":[{"deviceId":{"S":"d"}}]})");
  const auto page = client.api.scan("devices", {{"deviceId", "c"}});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->items.size(), 1u);
  EXPECT_EQ(client.last(),
            R"(Scan {"TableName":"devices","ExclusiveStartKey":{"deviceId":{"S":"c"}}})");
}

// Which writes may be sent again after an answer that never came: those that do the same twice.
TEST(DynamoDbClient, RepeatsOnlyWritesThatDoTheSameTwice) {
  const auto attempts = [](const auto& write) {
    Client client([](const FakeHttp::Sent&) { return reply(500, "{}"); });
    const base::Status done = write(client.api);
    EXPECT_FALSE(done);
    EXPECT_EQ(done.error().code,
              client.http.exchanges == 1 ? ErrorCode::kTimeout : ErrorCode::kUnavailable);
    return client.http.exchanges;
  };
  const auto update = [](const Update& change, const Condition& condition) {
    return [=](Database& db) -> base::Status {
      const auto item = db.update("t", kKey, change, condition);
      if (!item) return std::unexpected(item.error());
      return {};
    };
  };
  const Update set{.set = {{"a", "x"}}, .remove = {}, .add = {}};
  const Update add{.set = {}, .remove = {}, .add = {{"a", 1}}};
  EXPECT_GT(attempts([](Database& db) { return db.put("t", kKey, {}); }), 1);
  EXPECT_EQ(attempts([](Database& db) { return db.put("t", kKey, kIsNew); }), 1);
  EXPECT_GT(attempts([](Database& db) { return db.remove("t", kKey, {}); }), 1);
  EXPECT_EQ(attempts([](Database& db) { return db.remove("t", kKey, kIsNew); }), 1);
  EXPECT_GT(attempts(update(set, {})), 1);
  EXPECT_EQ(attempts(update(set, kIsNew)), 1);
  EXPECT_EQ(attempts(update(add, {})), 1);
  EXPECT_GT(attempts([](Database& db) {
              TransactWrite write;
              write.table = "t";
              write.item = kKey;
              return db.transact({write}, nullptr);
            }),
            1);
}

}  // namespace
}  // namespace beckon::lambdas
