// SPDX-License-Identifier: Apache-2.0
// TransactWriteItems, TransactGetItems.
#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

class Transactions : public ServiceFixture {
 protected:
  std::string stored(const char* s) {
    return ok("GetItem", R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":")" +
                             std::string(s) + R"("}}})");
  }
  static std::string key(const char* s) {
    return R"("TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":")" + std::string(s) + R"("}})";
  }
  static std::string put(const char* s, const std::string& rest = "") {
    return R"({"Put":{"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":")" + std::string(s) +
           R"("}})" + rest + "}}";
  }
  static std::string request(const std::string& items, const std::string& rest = "") {
    return R"({"TransactItems":[)" + items + "]" + rest + "}";
  }
};

constexpr const char* kCancelled =
    "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for "
    "specific reasons ";

TEST_F(Transactions, AllActionsHappenTogether) {
  ok("PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"9"}}})");
  EXPECT_EQ(
      ok("TransactWriteItems",
         request(
             put("1") + R"(,{"Update":{)" + key("2") +
             R"(,"UpdateExpression":"SET x = :x","ExpressionAttributeValues":{":x":{"N":"7"}}}},{"Delete":{)" +
             key("9") + R"(}},{"ConditionCheck":{)" + key("3") +
             R"~(,"ConditionExpression":"attribute_not_exists(p)"}})~")),
      "{}");
  EXPECT_EQ(stored("1"), R"({"Item":{"p":{"S":"a"},"s":{"N":"1"}}})");
  EXPECT_EQ(stored("2"), R"({"Item":{"p":{"S":"a"},"s":{"N":"2"},"x":{"N":"7"}}})");
  EXPECT_EQ(stored("9"), "{}");
  EXPECT_EQ(stored("3"), "{}");
}

TEST_F(Transactions, OneFailedConditionUndoesAllAndSaysWhich) {
  ok("PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"2"}}})");
  const std::string condition = R"~(,"ConditionExpression":"attribute_not_exists(p)")~";
  const AwsReply reply =
      call("TransactWriteItems",
           request(put("1", condition) + "," +
                   put("2", condition + R"(,"ReturnValuesOnConditionCheckFailure":"ALL_OLD")") +
                   "," + put("3")));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      reply.body,
      R"({"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",)"
      R"("Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]",)"
      R"("CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"p":{"S":"a"},"s":{"N":"2"}}},{"Code":"None"}]})");
  EXPECT_EQ(stored("1"), "{}");
  EXPECT_EQ(stored("3"), "{}");
}

TEST_F(Transactions, WhatDoesNotFitAnItemIsAReasonToo) {
  EXPECT_EQ(error("TransactWriteItems",
                  request(put("1") + R"(,{"Put":{"TableName":"orders","Item":{"p":{"S":"a"}}}})")),
            std::string(kCancelled) + "[None, ValidationError]");
  EXPECT_EQ(error("TransactWriteItems", request(put("1") + R"(,{"Update":{)" + key("2") +
                                                R"(,"UpdateExpression":"SET x = nah"}})")),
            std::string(kCancelled) + "[None, ValidationError]");
  EXPECT_EQ(stored("1"), "{}");
}

TEST_F(Transactions, ATokenMakesARepetitionHarmlessForTenMinutes) {
  const std::string add =
      R"({"Update":{)" + key("1") +
      R"(,"UpdateExpression":"ADD x :o","ExpressionAttributeValues":{":o":{"N":"1"}}}})";
  const std::string token = R"(,"ClientRequestToken":"t-1")";
  ok("TransactWriteItems", request(add, token));
  now_.unix_ms += 9 * 60 * 1000;
  ok("TransactWriteItems", request(add, token));
  EXPECT_EQ(stored("1"), R"({"Item":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"1"}}})");
  EXPECT_EQ(error("TransactWriteItems", request(put("2"), token)),
            "IdempotentParameterMismatchException: The ClientRequestToken was used with other "
            "parameters within the last 10 minutes");
  now_.unix_ms += 2 * 60 * 1000;
  ok("TransactWriteItems", request(add, token));
  EXPECT_EQ(stored("1"), R"({"Item":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"2"}}})");
}

TEST_F(Transactions, ATokenOfACancelledTransactionCanBeUsedAgain) {
  const std::string request_text =
      request(put("1", R"~(,"ConditionExpression":"attribute_exists(p)")~"),
              R"(,"ClientRequestToken":"t-2")");
  error("TransactWriteItems", request_text);
  ok("PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"1"}}})");
  ok("TransactWriteItems", request_text);
  EXPECT_EQ(stored("1"), R"({"Item":{"p":{"S":"a"},"s":{"N":"1"}}})");
}

TEST_F(Transactions, BadTransactionsAreNamed) {
  std::string many = put("0");
  for (int i = 1; i <= 100; ++i) many += "," + put(std::to_string(i).c_str());
  const std::pair<std::string, const char*> cases[] = {
      {request(put("1") + "," + put("1.0")),
       "ValidationException: Transaction request cannot include multiple operations on one item"},
      {request(""),
       "ValidationException: 1 validation error detected: Value '[]' at 'transactItems' failed to "
       "satisfy constraint: Member must have length greater than or equal to 1"},
      {request(many),
       "ValidationException: 1 validation error detected: Value '[101 items]' at 'transactItems' "
       "failed to satisfy constraint: Member must have length less than or equal to 100"},
      {"{}",
       "ValidationException: The parameter 'TransactItems' is required but was not present in the "
       "request"},
      {request("{}"),
       "ValidationException: Invalid Request: TransactWriteRequest should contain Delete or Put or "
       "Update request"},
      {request(R"({"Delete":{)" + key("1") + R"(},"ConditionCheck":{)" + key("1") + "}}"),
       "ValidationException: TransactItems can only contain one of Check, Put, Update or Delete"},
      {request(R"({"ConditionCheck":{)" + key("1") + "}}"),
       "ValidationException: The parameter 'ConditionExpression' is required but was not present "
       "in the request"},
      {request(R"({"Update":{)" + key("1") + "}}"),
       "ValidationException: The parameter 'UpdateExpression' is required but was not present in "
       "the request"},
      {request(R"({"Delete":{"TableName":"nope","Key":{"p":{"S":"a"}}}})"),
       "ResourceNotFoundException: Requested resource not found"},
      {request(put("1"), R"(,"ClientRequestToken":"0123456789012345678901234567890123456")"),
       "ValidationException: 1 validation error detected: Value "
       "'0123456789012345678901234567890123456' at 'clientRequestToken' failed to satisfy "
       "constraint: Member must have length less than or equal to 36"},
  };
  for (const auto& [input, message] : cases) EXPECT_EQ(error("TransactWriteItems", input), message);
}

TEST_F(Transactions, MoreThanFourMegabytesAreRefused) {
  const std::string big(390 * 1024, 'x');
  std::string items;
  for (int i = 0; i < 11; ++i) {
    items += (i == 0 ? "" : ",") +
             std::string(R"({"Put":{"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":")") +
             std::to_string(i) + R"("},"x":{"S":")" + big + R"("}}}})";
  }
  EXPECT_TRUE(error("TransactWriteItems", request(items))
                  .starts_with("ValidationException: Transaction is too large"));
}

TEST_F(Transactions, GetsAreAnsweredInOrder) {
  ok("TransactWriteItems", request(put("1") + "," + put("2")));
  EXPECT_EQ(
      ok("TransactGetItems",
         request(R"({"Get":{)" + key("2") + R"(}},{"Get":{)" + key("5") + R"(}},{"Get":{)" +
                     key("1") + R"(,"ProjectionExpression":"s"}})",
                 R"(,"ReturnConsumedCapacity":"TOTAL")")),
      R"({"Responses":[{"Item":{"p":{"S":"a"},"s":{"N":"2"}}},{},{"Item":{"s":{"N":"1"}}}],"ConsumedCapacity":[{"TableName":"orders","CapacityUnits":6}]})");
  EXPECT_EQ(
      error("TransactGetItems",
            request(R"({"Get":{)" + key("2") + R"(}},{"Get":{)" + key("2") + "}}")),
      "ValidationException: Transaction request cannot include multiple operations on one item");
  EXPECT_EQ(error("TransactGetItems",
                  request(R"({"Get":{)" + key("2") +
                          R"(}},{"Get":{"TableName":"orders","Key":{"p":{"S":"a"}}}})")),
            std::string(kCancelled) + "[None, ValidationError]");
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
