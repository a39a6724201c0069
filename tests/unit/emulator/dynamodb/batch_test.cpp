// SPDX-License-Identifier: Apache-2.0
// BatchGetItem, BatchWriteItem.
#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

using Batches = ServiceFixture;

std::string put(int p) {
  return R"({"PutRequest":{"Item":{"p":{"S":")" + std::to_string(p) + R"("}}}})";
}

TEST_F(Batches, WritesPutAndDeleteInSeveralTables) {
  ok("PutItem", R"({"TableName":"plain","Item":{"p":{"S":"gone"}}})");
  EXPECT_EQ(
      ok("BatchWriteItem",
         R"({"RequestItems":{"plain":[)" + put(1) +
             R"(,{"DeleteRequest":{"Key":{"p":{"S":"gone"}}}}],"orders":[{"PutRequest":{"Item":{"p":{"S":"a"},"s":{"N":"1"}}}}]}})"),
      R"({"UnprocessedItems":{}})");
  EXPECT_EQ(
      ok("BatchGetItem",
         R"({"RequestItems":{"plain":{"Keys":[{"p":{"S":"1"}},{"p":{"S":"gone"}}]},)"
         R"("orders":{"Keys":[{"p":{"S":"a"},"s":{"N":"1"}}],"ProjectionExpression":"s"}}})"),
      R"({"Responses":{"plain":[{"p":{"S":"1"}}],"orders":[{"s":{"N":"1"}}]},"UnprocessedKeys":{}})");
}

TEST_F(Batches, ABadEntryWritesNothing) {
  EXPECT_EQ(
      error("BatchWriteItem", R"({"RequestItems":{"plain":[)" + put(1) +
                                  R"(,{"PutRequest":{"Item":{"q":{"S":"x"}}}}]}})"),
      "ValidationException: One or more parameter values were invalid: Missing the key p in the "
      "item");
  EXPECT_EQ(ok("GetItem", R"({"TableName":"plain","Key":{"p":{"S":"1"}}})"), "{}");
}

TEST_F(Batches, LimitsAndDuplicatesAreNamed) {
  std::string many = put(0);
  for (int i = 1; i <= 25; ++i) many += "," + put(i);
  EXPECT_EQ(error("BatchWriteItem", R"({"RequestItems":{"plain":[)" + many + "]}}"),
            "ValidationException: Too many items requested for the BatchWriteItem call");
  EXPECT_EQ(error("BatchWriteItem", R"({"RequestItems":{"plain":[)" + put(1) +
                                        R"(,{"DeleteRequest":{"Key":{"p":{"S":"1"}}}}]}})"),
            "ValidationException: Provided list of item keys contains duplicates");
  EXPECT_EQ(error("BatchWriteItem", R"({"RequestItems":{"plain":[{}]}})"),
            "ValidationException: Supplied AttributeValue has more than one datatypes set, must "
            "contain exactly one of the supported datatypes");
  EXPECT_EQ(
      error("BatchWriteItem", R"({"RequestItems":{}})"),
      "ValidationException: 1 validation error detected: Value '{}' at 'requestItems' failed to "
      "satisfy constraint: Member must have length greater than or equal to 1");
  EXPECT_EQ(error("BatchWriteItem", R"({"RequestItems":{"nope":[)" + put(1) + "]}}"),
            "ResourceNotFoundException: Requested resource not found");
  std::string keys;
  for (int i = 0; i <= 100; ++i) {
    keys += (i == 0 ? "" : ",") + std::string(R"({"p":{"S":")") + std::to_string(i) + R"("}})";
  }
  EXPECT_EQ(error("BatchGetItem", R"({"RequestItems":{"plain":{"Keys":[)" + keys + "]}}}"),
            "ValidationException: Too many items requested for the BatchGetItem call");
  EXPECT_EQ(error("BatchGetItem",
                  R"({"RequestItems":{"plain":{"Keys":[{"p":{"S":"1"}},{"p":{"S":"1"}}]}}})"),
            "ValidationException: Provided list of item keys contains duplicates");
}

TEST_F(Batches, WhatExceedsSixteenMegabytesIsLeftForTheNextCall) {
  const std::string big(399 * 1024, 'x');
  std::string keys;
  for (int i = 0; i < 50; ++i) {
    const std::string p = std::to_string(100 + i);
    ok("PutItem",
       R"({"TableName":"plain","Item":{"p":{"S":")" + p + R"("},"x":{"S":")" + big + R"("}}})");
    keys += (i == 0 ? "" : ",") + std::string(R"({"p":{"S":")") + p + R"("}})";
  }
  const std::string answer =
      ok("BatchGetItem",
         R"({"RequestItems":{"plain":{"ConsistentRead":true,"Keys":[)" + keys + "]}}}");
  const auto document = json::parse(answer, json::kDepthMaxHost);
  ASSERT_TRUE(document.has_value());
  const std::size_t served = (*document)["Responses"]["plain"].size();
  const json::View left = (*document)["UnprocessedKeys"]["plain"];
  EXPECT_GE(served, 40u);
  EXPECT_EQ(served + left["Keys"].size(), 50u);
  EXPECT_EQ(left["ConsistentRead"].boolean(), true);
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
