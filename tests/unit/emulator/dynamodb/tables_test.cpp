// SPDX-License-Identifier: Apache-2.0
// CreateTable, DeleteTable, DescribeTable, ListTables.
#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

using Tables = ServiceFixture;

TEST_F(Tables, ADescriptionShowsKeysIndexesAndWhatIsInThem) {
  ok("PutItem",
     R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"g":{"S":"x"},"h":{"N":"1"}}})");
  const auto document =
      json::parse(ok("DescribeTable", R"({"TableName":"orders"})"), json::kDepthMaxHost);
  const json::View table = (*document)["Table"];
  EXPECT_EQ(table["KeySchema"].print(),
            R"([{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}])");
  EXPECT_EQ(
      table["AttributeDefinitions"].print(),
      R"([{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"h","AttributeType":"N"},)"
      R"({"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},)"
      R"({"AttributeName":"t","AttributeType":"S"}])");
  EXPECT_EQ(table["TableStatus"].string_or(""), "ACTIVE");
  EXPECT_EQ(table["TableArn"].string_or(""),
            "arn:aws:dynamodb:us-east-1:000000000000:table/orders");
  EXPECT_EQ(table["ItemCount"].integer(), 1);
  EXPECT_EQ(table["TableSizeBytes"].integer(), 10);  // p a s 1 g x h 1, and two number exponents
  EXPECT_EQ(table["CreationDateTime"].number(), 1'800'000'000.0);
  EXPECT_EQ(table["BillingModeSummary"]["BillingMode"].string_or(""), "PAY_PER_REQUEST");
  const json::View index = table["GlobalSecondaryIndexes"].at(0);
  EXPECT_EQ(index["IndexName"].string_or(""), "by-g");
  EXPECT_EQ(index["Projection"]["ProjectionType"].string_or(""), "KEYS_ONLY");
  EXPECT_EQ(index["ItemCount"].integer(), 1);
  EXPECT_EQ(table["LocalSecondaryIndexes"].at(0)["IndexName"].string_or(""), "by-t");
}

TEST_F(Tables, AreMadeListedInPagesAndRemovedWithTheirItems) {
  const std::string create =
      R"({"TableName":"made","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"N"}]})";
  ok("CreateTable", create);
  EXPECT_EQ(error("CreateTable", create), "ResourceInUseException: Table already exists: made");
  ok("PutItem", R"({"TableName":"made","Item":{"k":{"N":"1"}}})");
  EXPECT_EQ(ok("ListTables", "{}"), R"({"TableNames":["made","orders","plain"]})");
  EXPECT_EQ(ok("ListTables", R"({"Limit":2})"),
            R"({"TableNames":["made","orders"],"LastEvaluatedTableName":"orders"})");
  EXPECT_EQ(ok("ListTables", R"({"Limit":2,"ExclusiveStartTableName":"orders"})"),
            R"({"TableNames":["plain"]})");
  ok("DeleteTable", R"({"TableName":"made"})");
  EXPECT_EQ(error("GetItem", R"({"TableName":"made","Key":{"k":{"N":"1"}}})"),
            "ResourceNotFoundException: Requested resource not found");
  EXPECT_EQ(error("DescribeTable", R"({"TableName":"made"})"),
            "ResourceNotFoundException: Requested resource not found: Table: made not found");
  EXPECT_EQ(error("DeleteTable", R"({"TableName":"made"})"),
            "ResourceNotFoundException: Requested resource not found: Table: made not found");
  ok("CreateTable", create);
  EXPECT_EQ(ok("Scan", R"({"TableName":"made"})"), R"({"Items":[],"Count":0,"ScannedCount":0})");
}

TEST_F(Tables, ATableIsAlsoNamedByItsArn) {
  ok("PutItem",
     R"({"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/plain","Item":{"p":{"S":"a"}}})");
  EXPECT_EQ(ok("GetItem", R"({"TableName":"plain","Key":{"p":{"S":"a"}}})"),
            R"({"Item":{"p":{"S":"a"}}})");
}

TEST_F(Tables, BadDefinitionsAreNamed) {
  const auto create = [](const std::string& schema, const std::string& definitions,
                         const std::string& rest = "") {
    return R"({"TableName":"made","BillingMode":"PAY_PER_REQUEST","KeySchema":[)" + schema +
           R"(],"AttributeDefinitions":[)" + definitions + "]" + rest + "}";
  };
  const std::string hash = R"({"AttributeName":"k","KeyType":"HASH"})";
  const std::string k = R"({"AttributeName":"k","AttributeType":"S"})";
  const std::string l = R"({"AttributeName":"l","AttributeType":"S"})";
  const std::string index =
      R"({"IndexName":"idx","KeySchema":[{"AttributeName":"l","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}})";
  const std::string invalid = "ValidationException: One or more parameter values were invalid: ";
  const std::pair<std::string, std::string> cases[] = {
      {create("", k),
       "ValidationException: 1 validation error detected: Value '[]' at 'keySchema' failed to "
       "satisfy constraint: Member must have length greater than or equal to 1"},
      {create(hash, l), invalid + "Some index key attributes are not defined in "
                                  "AttributeDefinitions. Keys: [k], AttributeDefinitions: [l]"},
      {create(hash, k + "," + l),
       invalid + "Number of attributes in KeySchema does not exactly match number of attributes "
                 "defined in AttributeDefinitions"},
      {create(hash + "," + hash, k),
       "ValidationException: Both the Hash Key and the Range Key element in the KeySchema have the "
       "same name"},
      {create(R"({"AttributeName":"k","KeyType":"RANGE"})", k),
       "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type"},
      {create(hash + R"(,{"AttributeName":"l","KeyType":"HASH"})", k + "," + l),
       "ValidationException: Invalid KeySchema: The second KeySchemaElement is not a RANGE key "
       "type"},
      {create(hash, k, R"(,"GlobalSecondaryIndexes":[])"),
       invalid + "List of GlobalSecondaryIndexes is empty"},
      {create(hash, k + "," + l, R"(,"GlobalSecondaryIndexes":[)" + index + "," + index + "]"),
       invalid + "Duplicate index name: idx"},
      {create(hash, k + "," + l, R"(,"LocalSecondaryIndexes":[)" + index + "]"),
       invalid + "Table KeySchema does not have a range key, which is required when specifying a "
                 "LocalSecondaryIndex"},
      {create(hash, k + "," + l, R"(,"GlobalSecondaryIndexes":[{"IndexName":"i"}])"),
       "ValidationException: 1 validation error detected: Value 'i' at 'indexName' failed to "
       "satisfy constraint: Member must have length greater than or equal to 3"},
      {create(hash, k,
              R"(,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1})"),
       invalid + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                 "BillingMode is PAY_PER_REQUEST"},
      {create(hash, R"({"AttributeName":"k","AttributeType":"L"})"),
       "ValidationException: 1 validation error detected: Value 'L' at 'attributeType' failed to "
       "satisfy constraint: Member must satisfy enum value set: [B, N, S]"},
      {create(hash, k, R"(,"StreamSpecification":{"StreamEnabled":true})"),
       "ValidationException: beckon-emulator does not implement CreateTable with "
       "StreamSpecification"},
      {R"({"TableName":"made","KeySchema":[)" + hash + R"(],"AttributeDefinitions":[)" + k + "]}",
       invalid + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode "
                 "is PROVISIONED"},
  };
  for (const auto& [input, message] : cases)
    EXPECT_EQ(error("CreateTable", input), message) << input;
  EXPECT_EQ(
      error("ListTables", R"({"Limit":0})"),
      "ValidationException: 1 validation error detected: Value '0' at 'limit' failed to satisfy "
      "constraint: Member must have value greater than or equal to 1");
}

TEST_F(Tables, AnOperationThatIsNotThereIsNamed) {
  const AwsReply reply = call("CreateGlobalTable", "{}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body,
            R"({"__type":"com.amazon.coral.service#UnknownOperationException",)"
            R"("message":"beckon-emulator does not implement DynamoDB CreateGlobalTable"})");
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
