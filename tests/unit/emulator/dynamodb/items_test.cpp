// SPDX-License-Identifier: Apache-2.0
// GetItem, PutItem, UpdateItem, DeleteItem, end to end.
#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

using Items = ServiceFixture;

constexpr const char* kKey = R"("TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}})";

std::string with_key(const std::string& rest) {
  return "{" + std::string(kKey) + rest + "}";
}

TEST_F(Items, WhatIsPutIsGotWithEveryType) {
  const std::string item =
      R"({"b":{"B":"AP8="},"bs":{"BS":["AA==","/w=="]},"e":{"S":""},"f":{"BOOL":false},)"
      R"("l":{"L":[{"N":"1"},{"M":{"x":{"NULL":true}}}]},"m":{"M":{}},"n":{"N":"-0.5"},)"
      R"("ns":{"NS":["-1","2","10"]},"p":{"S":"a"},"s":{"N":"1"},"ss":{"SS":["x","y"]},)"
      R"("u":{"S":"Grüße \"\\ \u0001"}})";
  EXPECT_EQ(ok("PutItem", R"({"TableName":"orders","Item":)" + item + "}"), "{}");
  EXPECT_EQ(ok("GetItem", with_key("")), R"({"Item":)" + item + "}");
}

TEST_F(Items, GetOfNothingAnswersAnEmptyObject) {
  EXPECT_EQ(ok("GetItem", with_key("")), "{}");
}

TEST_F(Items, NumbersThatAreEqualAreOneKey) {
  ok("PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1.0"},"v":{"N":"1e2"}}})");
  EXPECT_EQ(ok("GetItem", with_key("")),
            R"({"Item":{"p":{"S":"a"},"s":{"N":"1"},"v":{"N":"100"}}})");
}

TEST_F(Items, ReturnValuesShowOldAndNew) {
  const auto update = [&](const char* returned) {
    return ok(
        "UpdateItem",
        with_key(
            R"(,"UpdateExpression":"SET x = if_not_exists(x, :o) + :o, m.k = :o","ExpressionAttributeValues":{":o":{"N":"1"}},"ReturnValues":")" +
            std::string(returned) + "\""));
  };
  EXPECT_EQ(ok("PutItem", R"({"TableName":"orders","ReturnValues":"ALL_OLD","Item":{"p":{"S":"a"},)"
                          R"("s":{"N":"1"},"m":{"M":{"j":{"N":"0"}}}}})"),
            "{}");
  EXPECT_EQ(update("NONE"), "{}");
  EXPECT_EQ(update("UPDATED_OLD"), R"({"Attributes":{"m":{"M":{"k":{"N":"1"}}},"x":{"N":"2"}}})");
  EXPECT_EQ(update("UPDATED_NEW"), R"({"Attributes":{"m":{"M":{"k":{"N":"1"}}},"x":{"N":"4"}}})");
  const std::string whole =
      R"({"m":{"M":{"j":{"N":"0"},"k":{"N":"1"}}},"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"4"}})";
  EXPECT_EQ(update("ALL_OLD"), R"({"Attributes":)" + whole + "}");
  EXPECT_EQ(
      update("ALL_NEW"),
      R"({"Attributes":{"m":{"M":{"j":{"N":"0"},"k":{"N":"1"}}},"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"6"}}})");
  EXPECT_EQ(
      ok("DeleteItem", with_key(R"(,"ReturnValues":"ALL_OLD")")),
      R"({"Attributes":{"m":{"M":{"j":{"N":"0"},"k":{"N":"1"}}},"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"6"}}})");
  EXPECT_EQ(ok("DeleteItem", with_key(R"(,"ReturnValues":"ALL_OLD")")), "{}");
}

TEST_F(Items, AnUpdateMakesTheItemAndOneWithoutExpressionToo) {
  EXPECT_EQ(ok("UpdateItem", with_key(R"(,"ReturnValues":"ALL_NEW")")),
            R"({"Attributes":{"p":{"S":"a"},"s":{"N":"1"}}})");
  EXPECT_EQ(ok("GetItem", with_key("")), R"({"Item":{"p":{"S":"a"},"s":{"N":"1"}}})");
}

TEST_F(Items, AFailedConditionChangesNothingAndShowsTheItemOnlyIfAsked) {
  const std::string item = R"("Item":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"1"}})";
  const std::string condition = R"~("ConditionExpression":"attribute_not_exists(p)")~";
  ok("PutItem", R"({"TableName":"orders",)" + item + "," + condition + "}");
  AwsReply reply = call("PutItem", R"({"TableName":"orders",)" + item + "," + condition + "}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body,
            R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",)"
            R"("message":"The conditional request failed"})");
  reply = call(
      "DeleteItem",
      with_key(
          R"(,"ConditionExpression":"x > :o","ExpressionAttributeValues":{":o":{"N":"1"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD")"));
  EXPECT_EQ(
      reply.body,
      R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",)"
      R"("message":"The conditional request failed","Item":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"1"}}})");
  EXPECT_EQ(ok("GetItem", with_key("")), R"({"Item":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"1"}}})");
}

TEST_F(Items, AProjectionGivesOnlyWhatItNames) {
  ok("PutItem",
     R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},)"
     R"("l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]},"m":{"M":{"a":{"N":"1"},"b":{"N":"2"}}}}})");
  EXPECT_EQ(
      ok("GetItem",
         with_key(
             R"(,"ProjectionExpression":"l[2], l[0], m.#b, nah","ExpressionAttributeNames":{"#b":"b"})")),
      R"({"Item":{"l":{"L":[{"N":"0"},{"N":"2"}]},"m":{"M":{"b":{"N":"2"}}}}})");
  EXPECT_EQ(ok("GetItem", with_key(R"(,"ProjectionExpression":"nah")")), R"({"Item":{}})");
}

TEST_F(Items, ConsumedCapacityIsCountedAsDocumented) {
  const std::string big(5000, 'x');
  EXPECT_EQ(
      ok("PutItem",
         R"({"TableName":"orders","ReturnConsumedCapacity":"INDEXES","Item":{"p":{"S":"a"},"s":{"N":"1"},"g":{"S":"x"},"h":{"N":"1"},"big":{"S":")" +
             big + R"("}}})"),
      R"({"ConsumedCapacity":{"TableName":"orders","CapacityUnits":6,"Table":{"CapacityUnits":5},)"
      R"("GlobalSecondaryIndexes":{"by-g":{"CapacityUnits":1}}}})");
  EXPECT_EQ(
      ok("GetItem", with_key(R"(,"ReturnConsumedCapacity":"TOTAL","ProjectionExpression":"g")")),
      R"({"Item":{"g":{"S":"x"}},"ConsumedCapacity":{"TableName":"orders","CapacityUnits":1}})");
  EXPECT_EQ(
      ok("GetItem",
         with_key(
             R"(,"ReturnConsumedCapacity":"TOTAL","ProjectionExpression":"g","ConsistentRead":true)")),
      R"({"Item":{"g":{"S":"x"}},"ConsumedCapacity":{"TableName":"orders","CapacityUnits":2}})");
}

TEST_F(Items, AnItemOf400KbFitsAndOneByteMoreDoesNot) {
  // "p" + "a" + "x" + the string
  const std::string fits(400 * 1024 - 3, 'x');
  ok("PutItem", R"({"TableName":"plain","Item":{"p":{"S":"a"},"x":{"S":")" + fits + R"("}}})");
  EXPECT_EQ(error("PutItem",
                  R"({"TableName":"plain","Item":{"p":{"S":"a"},"x":{"S":")" + fits + R"(x"}}})"),
            "ValidationException: Item size has exceeded the maximum allowed size");
  EXPECT_EQ(
      error(
          "UpdateItem",
          R"({"TableName":"plain","Key":{"p":{"S":"a"}},"UpdateExpression":"SET y = :y","ExpressionAttributeValues":{":y":{"S":"y"}}})"),
      "ValidationException: Item size to update has exceeded the maximum allowed size");
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
