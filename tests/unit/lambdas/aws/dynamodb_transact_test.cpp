// SPDX-License-Identifier: Apache-2.0
// Transactions: their JSON, their token, and what a cancellation's reasons mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "lambdas/aws/dynamodb_client.h"
#include "tests/unit/lambdas/support/fakes.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;
using testing::FakeHttp;
using testing::reply;
using Kind = TransactWrite::Kind;
using Op = Term::Op;

std::vector<TransactWrite> one_of_each() {
  std::vector<TransactWrite> writes(4);
  for (TransactWrite& write : writes) {
    write.table = "t";
    write.key = {{"k", "1"}};
  }
  writes[0].kind = Kind::kPut;
  writes[0].item = {{"k", "2"}};
  writes[0].condition = {{{{"k", Op::kNotExists}}}};
  writes[1].kind = Kind::kUpdate;
  writes[1].update.add = {{"seq", 1}};
  writes[1].condition = {{{{"seq", Op::kEquals, number(41)}}}};
  writes[2].kind = Kind::kDelete;
  writes[3].kind = Kind::kConditionCheck;
  writes[3].condition = {{{{"k", Op::kExists}}}};
  return writes;
}

using Client = testing::FakeClient<DynamoDbClient>;

HttpReply cancelled(const std::string& reasons) {
  return reply(400, R"({"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",)"
                    R"("Message":"Transaction cancelled","CancellationReasons":[)" +
                        reasons + "]}");
}

constexpr const char* kNone = R"({"Code":"None"})";
constexpr const char* kFailed = R"({"Code":"ConditionalCheckFailed","Message":"no"})";
constexpr const char* kInTheWay = R"({"Code":"TransactionConflict"})";
constexpr const char* kThrottled = R"({"Code":"ThrottlingError"})";
constexpr const char* kWrong = R"({"Code":"ValidationError","Message":"bad type"})";

// Each kind of write has its own form, and its placeholders are its own.
TEST(DynamoDbTransact, RendersEveryKind) {
  Client client([](const FakeHttp::Sent&) { return reply(200, "{}"); });
  ASSERT_TRUE(client.api.transact(one_of_each(), nullptr));
  const std::string& body = client.http.sent[0].body;
  const std::string expected =
      R"({"TransactItems":[{"Put":{"TableName":"t","Item":{"k":{"S":"2"}},)"
      R"x("ConditionExpression":"attribute_not_exists(#n0)",)x"
      R"("ExpressionAttributeNames":{"#n0":"k"}}},)"
      R"({"Update":{"TableName":"t","Key":{"k":{"S":"1"}},"UpdateExpression":"ADD #n0 :v0",)"
      R"("ConditionExpression":"#n0 = :v1","ExpressionAttributeNames":{"#n0":"seq"},)"
      R"("ExpressionAttributeValues":{":v0":{"N":"1"},":v1":{"N":"41"}}}},)"
      R"({"Delete":{"TableName":"t","Key":{"k":{"S":"1"}}}},)"
      R"({"ConditionCheck":{"TableName":"t","Key":{"k":{"S":"1"}},)"
      R"x("ConditionExpression":"attribute_exists(#n0)",)x"
      R"("ExpressionAttributeNames":{"#n0":"k"}}}],"ClientRequestToken":")";
  EXPECT_EQ(body.substr(0, expected.size()), expected);
}

// A retry carries the token of the first attempt, so DynamoDB does it once; the next transaction
// has a token of its own.
TEST(DynamoDbTransact, RetriesUnderTheSameToken) {
  Client client([count = 0](const FakeHttp::Sent&) mutable {
    return ++count == 1 ? reply(500, "{}") : reply(200, "{}");
  });
  ASSERT_TRUE(client.api.transact(one_of_each(), nullptr));
  ASSERT_TRUE(client.api.transact(one_of_each(), nullptr));
  ASSERT_EQ(client.http.sent.size(), 3u);
  EXPECT_EQ(client.http.sent[0].body, client.http.sent[1].body);
  EXPECT_NE(client.http.sent[1].body, client.http.sent[2].body);
  const auto body = json::parse(client.http.sent[0].body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["ClientRequestToken"].string_or("").size(), 32u);
}

struct Case {
  std::vector<const char*> reasons;
  ErrorCode code;
  int failed_index;
  int attempts;
};

// A condition that failed is a conflict with its index; another transaction is one without; what
// DynamoDB finds wrong is invalid; throttling alone is tried again.
TEST(DynamoDbTransact, ReadsTheReasonsOfACancellation) {
  const Case table[] = {
      {{kNone, kFailed, kNone}, ErrorCode::kConflict, 1, 1},
      {{kFailed, kFailed}, ErrorCode::kConflict, 0, 1},
      {{kNone, kInTheWay}, ErrorCode::kConflict, -1, 1},
      {{kInTheWay, kFailed}, ErrorCode::kConflict, 1, 1},
      {{kThrottled, kInTheWay}, ErrorCode::kConflict, -1, 1},
      {{kNone, kWrong}, ErrorCode::kInvalid, -1, 1},
      {{kNone, kThrottled}, ErrorCode::kUnavailable, -1, 5},
      {{}, ErrorCode::kConflict, -1, 1},
  };
  for (const Case& each : table) {
    std::string reasons;
    for (const char* reason : each.reasons)
      reasons += (reasons.empty() ? "" : ",") + std::string(reason);
    Client client([&](const FakeHttp::Sent&) { return cancelled(reasons); });
    int failed_index = 99;
    const base::Status done = client.api.transact(one_of_each(), &failed_index);
    ASSERT_FALSE(done) << reasons;
    EXPECT_EQ(done.error().code, each.code) << reasons;
    EXPECT_EQ(failed_index, each.failed_index) << reasons;
    EXPECT_EQ(client.http.exchanges, each.attempts) << reasons;
  }
}

// Other errors pass through, without an index.
TEST(DynamoDbTransact, PassesOtherErrorsOn) {
  Client client([](const FakeHttp::Sent&) {
    return reply(400, R"({"__type":"x#ValidationException","message":"m"})");
  });
  int failed_index = 99;
  const base::Status done = client.api.transact(one_of_each(), &failed_index);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(failed_index, -1);
}

}  // namespace
}  // namespace beckon::lambdas
