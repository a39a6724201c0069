// SPDX-License-Identifier: Apache-2.0
// What DynamoDB refuses before it reads a row, with its texts.
#include <utility>
#include <vector>

#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

class Validation : public ServiceFixture {
 protected:
  struct Case {
    std::string operation;
    std::string input;
    std::string error;
  };
  void check(const std::vector<Case>& cases) {
    for (const auto& [operation, input, message] : cases) {
      EXPECT_EQ(error(operation, input), message) << operation << " " << input.substr(0, 300);
    }
  }
};

const std::string kInvalid = "ValidationException: One or more parameter values were invalid: ";
const std::string kNotValid = "ValidationException: One or more parameter values are not valid. ";
const std::string kConstraint = "ValidationException: 1 validation error detected: ";

std::string put_value(const std::string& value) {
  return R"({"TableName":"plain","Item":{"p":{"S":"a"},"v":)" + value + "}}";
}

TEST_F(Validation, AttributeValuesAreChecked) {
  check({
      {"PutItem", put_value("{}"),
       "ValidationException: Supplied AttributeValue is empty, must contain exactly one of the "
       "supported datatypes"},
      {"PutItem", put_value(R"({"S":"a","N":"1"})"),
       "ValidationException: Supplied AttributeValue has more than one datatypes set, must contain "
       "exactly one of the supported datatypes"},
      {"PutItem", put_value(R"({"NULL":false})"),
       kInvalid + "Null attribute value types must have the value of true"},
      {"PutItem", put_value(R"({"SS":[]})"), kInvalid + "An string set  may not be empty"},
      {"PutItem", put_value(R"({"NS":[]})"), kInvalid + "An number set  may not be empty"},
      {"PutItem", put_value(R"({"BS":[]})"), kInvalid + "Binary sets should not be empty"},
      {"PutItem", put_value(R"({"SS":["a","b","a"]})"),
       kInvalid + "Input collection [a, b, a] contains duplicates."},
      {"PutItem", put_value(R"({"NS":["1","1.0"]})"),
       "ValidationException: Input collection contains duplicates"},
      {"PutItem", put_value(R"({"BS":["AA==","AA=="]})"),
       kInvalid + "Input collection [AA==, AA==]of type BS contains duplicates."},
      {"PutItem", put_value(R"({"N":"x"})"),
       "ValidationException: The parameter cannot be converted to a numeric value: x"},
      {"PutItem", put_value(R"({"N":""})"),
       "ValidationException: The parameter cannot be converted to a numeric value"},
      {"PutItem", put_value(R"({"N":5})"),
       "SerializationException: NUMBER_VALUE cannot be converted to String"},
      {"PutItem", put_value(R"({"N":5.5})"),
       "SerializationException: DECIMAL_VALUE cannot be converted to String"},
      {"PutItem", put_value(R"({"S":true})"),
       "SerializationException: TRUE_VALUE cannot be converted to String"},
      {"PutItem", put_value(R"({"BOOL":"true"})"),
       "SerializationException: STRING_VALUE cannot be converted to Boolean"},
      {"PutItem", put_value(R"({"S":["a"]})"),
       "SerializationException: Unrecognized collection type class java.lang.String"},
      {"PutItem", put_value(R"({"S":{}})"),
       "SerializationException: Start of structure or map found where not expected"},
      {"PutItem", put_value(R"({"B":5})"),
       "SerializationException: only base-64-encoded strings are convertible to bytes"},
      {"PutItem", put_value(R"({"B":"abc"})"),
       "SerializationException: Base64 encoded length is expected a multiple of 4 bytes but found: "
       "3"},
      {"PutItem", put_value(R"("a")"), "SerializationException: Unexpected value type in payload"},
      {"PutItem", put_value(R"({"L":{}})"), "SerializationException: Unexpected field type"},
      {"PutItem", put_value(R"({"M":[]})"), "SerializationException: Unexpected field type"},
      {"PutItem", put_value(R"({"SS":"a"})"), "SerializationException: Unexpected field type"},
  });
}

TEST_F(Validation, NestingEndsAtThirtyTwoLevels) {
  const auto nested = [](int levels) {
    std::string value = R"({"S":"x"})";
    for (int i = 0; i < levels; ++i) value = R"({"L":[)" + value + "]}";
    return put_value(value);
  };
  ok("PutItem", nested(32));
  EXPECT_EQ(error("PutItem", nested(33)),
            kInvalid + "Nesting Levels have exceeded supported limits");
}

TEST_F(Validation, KeysAreChecked) {
  const std::string long_hash(2049, 'x');
  const std::string long_range(1025, 'x');
  check({
      {"PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"}}})",
       kInvalid + "Missing the key s in the item"},
      {"PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"S":"1"}}})",
       kInvalid + "Type mismatch for key s expected: N actual: S"},
      {"PutItem", R"({"TableName":"plain","Item":{"p":{"S":""}}})",
       kNotValid +
           "The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
      {"PutItem", R"({"TableName":"plain","Item":{"p":{"S":")" + long_hash + R"("}}})",
       kInvalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes"},
      {"PutItem",
       R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":")" + long_range +
           R"("}}})",
       kInvalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"},
      {"PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"g":{"N":"1"}}})",
       kInvalid + "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"},
      {"PutItem", R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"},"g":{"S":""}}})",
       kNotValid +
           "A value specified for a secondary index key is not supported. The AttributeValue for a "
           "key attribute cannot contain an empty string value. IndexName: by-g, IndexKey: g"},
      {"GetItem", R"({"TableName":"orders","Key":{"p":{"S":"a"}}})",
       "ValidationException: The provided key element does not match the schema"},
      {"GetItem", R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"S":"1"}}})",
       "ValidationException: The provided key element does not match the schema"},
      {"GetItem", R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"},"x":{"N":"1"}}})",
       "ValidationException: The provided key element does not match the schema"},
      {"GetItem", R"({"TableName":"plain","Key":{"p":{"S":""}}})",
       kNotValid +
           "The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
      {"UpdateItem", R"({"TableName":"plain","Key":{"p":{"S":"a"}},"UpdateExpression":"REMOVE p"})",
       kInvalid + "Cannot update attribute p. This attribute is part of the key"},
      {"UpdateItem",
       R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET g = :v","ExpressionAttributeValues":{":v":{"N":"1"}}})",
       kInvalid + "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"},
      {"UpdateItem",
       R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET g.x = :v","ExpressionAttributeValues":{":v":{"N":"1"}}})",
       "ValidationException: Key attributes must be scalars; list random access '[]' and map "
       "lookup '.' are not allowed: IndexKey: g"},
      {"GetItem", R"({"TableName":"plain","Key":{"p":{"S":"a"}},"ProjectionExpression":"p[0]"})",
       "ValidationException: Key attributes must be scalars; list random access '[]' and map "
       "lookup '.' are not allowed: Key: p"},
  });
}

TEST_F(Validation, ParametersAreChecked) {
  const std::string key = R"("TableName":"plain","Key":{"p":{"S":"a"}})";
  check({
      {"GetItem", R"({"Key":{"p":{"S":"a"}}})",
       "ValidationException: The parameter 'TableName' is required but was not present in the "
       "request"},
      {"GetItem", R"({"TableName":"plain"})",
       "ValidationException: The parameter 'Key' is required but was not present in the request"},
      {"GetItem", R"({"TableName":"ab","Key":{}})",
       "ValidationException: TableName must be at least 3 characters long and at most 255 "
       "characters long"},
      {"GetItem", R"({"TableName":"a b c","Key":{}})",
       kConstraint + "Value 'a b c' at 'tableName' failed to satisfy constraint: Member must "
                     "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
      {"GetItem", R"({"TableName":5,"Key":{}})",
       "SerializationException: NUMBER_VALUE cannot be converted to String"},
      {"GetItem", R"({"TableName":"nope","Key":{"p":{"S":"a"}}})",
       "ResourceNotFoundException: Requested resource not found"},
      {"GetItem", "{" + key + R"(,"ConsistentRead":"yes"})",
       "SerializationException: STRING_VALUE cannot be converted to Boolean"},
      {"GetItem", "{" + key + R"(,"ReturnConsumedCapacity":"ALL"})",
       kConstraint + "Value 'ALL' at 'returnConsumedCapacity' failed to satisfy constraint: Member "
                     "must satisfy enum value set: [INDEXES, TOTAL, NONE]"},
      {"DeleteItem", "{" + key + R"(,"ReturnValues":"ALL_NEW"})",
       "ValidationException: ReturnValues can only be ALL_OLD or NONE"},
      {"UpdateItem", "{" + key + R"(,"ReturnValues":"FOO"})",
       kConstraint + "Value 'FOO' at 'returnValues' failed to satisfy constraint: Member must "
                     "satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"},
      {"GetItem", "{" + key + R"(,"ExpressionAttributeNames":{"#a":"b"}})",
       "ValidationException: ExpressionAttributeNames can only be specified when using "
       "expressions"},
      {"GetItem", "{" + key + R"(,"ExpressionAttributeNames":{},"ProjectionExpression":"x"})",
       "ValidationException: ExpressionAttributeNames must not be empty"},
      {"GetItem",
       "{" + key + R"(,"ExpressionAttributeNames":{"a":"b"},"ProjectionExpression":"x"})",
       "ValidationException: ExpressionAttributeNames contains invalid key: Syntax error; key: "
       "\"a\""},
      {"GetItem",
       "{" + key + R"(,"ExpressionAttributeNames":{"#a":""},"ProjectionExpression":"#a"})",
       "ValidationException: ExpressionAttributeNames contains invalid value: Empty attribute name "
       "for key #a"},
      {"GetItem",
       "{" + key + R"(,"ExpressionAttributeNames":{"#a":"b"},"ProjectionExpression":"x"})",
       "ValidationException: Value provided in ExpressionAttributeNames unused in expressions: "
       "keys: {#a}"},
      {"DeleteItem", "{" + key + R"(,"ExpressionAttributeValues":{":v":{"N":"1"}}})",
       "ValidationException: ExpressionAttributeValues can only be specified when using "
       "expressions: ConditionExpression is null"},
      {"UpdateItem", "{" + key + R"(,"ExpressionAttributeValues":{":v":{"N":"1"}}})",
       "ValidationException: ExpressionAttributeValues can only be specified when using "
       "expressions: UpdateExpression and ConditionExpression are null"},
      {"DeleteItem",
       "{" + key + R"(,"ConditionExpression":"x = :v","ExpressionAttributeValues":{}})",
       "ValidationException: ExpressionAttributeValues must not be empty"},
      {"DeleteItem",
       "{" + key +
           R"(,"ConditionExpression":"x = :v","ExpressionAttributeValues":{"v":{"N":"1"}}})",
       "ValidationException: ExpressionAttributeValues contains invalid key: Syntax error; key: "
       "\"v\""},
      {"DeleteItem",
       "{" + key +
           R"(,"ConditionExpression":"x = :v","ExpressionAttributeValues":{":v":{"N":"x"}}})",
       "ValidationException: ExpressionAttributeValues contains invalid value: The parameter "
       "cannot be converted to a numeric value: x for key :v"},
  });
}

TEST_F(Validation, ParametersFromBeforeExpressionsAreNamed) {
  const std::string legacy =
      "ValidationException: beckon-emulator does not implement the legacy parameter ";
  const std::string key = R"("TableName":"plain","Key":{"p":{"S":"a"}})";
  check({
      {"PutItem", R"({"TableName":"plain","Item":{"p":{"S":"a"}},"Expected":{}})",
       legacy + "Expected; use expressions"},
      {"UpdateItem", "{" + key + R"(,"AttributeUpdates":{}})",
       legacy + "AttributeUpdates; use expressions"},
      {"DeleteItem", "{" + key + R"(,"ConditionalOperator":"AND"})",
       legacy + "ConditionalOperator; use expressions"},
      {"GetItem", "{" + key + R"(,"AttributesToGet":["x"]})",
       legacy + "AttributesToGet; use expressions"},
      {"Query", R"({"TableName":"plain","KeyConditions":{}})",
       legacy + "KeyConditions; use expressions"},
      {"Query", R"({"TableName":"plain","QueryFilter":{}})",
       legacy + "QueryFilter; use expressions"},
      {"Scan", R"({"TableName":"plain","ScanFilter":{}})", legacy + "ScanFilter; use expressions"},
      {"PutItem",
       R"({"TableName":"orders","Item":{"p":{"S":"a"},"s":{"N":"1"}},"ReturnItemCollectionMetrics":"SIZE"})",
       "ValidationException: beckon-emulator does not implement ReturnItemCollectionMetrics on "
       "tables with local secondary indexes"},
  });
}

std::string query_input(const std::string& condition, const std::string& rest = "") {
  return R"({"TableName":"orders","KeyConditionExpression":")" + condition +
         R"(","ExpressionAttributeValues":{":p":{"S":"a"})" + rest + "}";
}

TEST_F(Validation, KeyConditionsAreChecked) {
  const std::string s = R"(,":s":{"N":"1"}})";
  const std::string invalid = "ValidationException: Invalid condition in KeyConditionExpression: ";
  const std::string bad_operator =
      "ValidationException: Invalid operator used in KeyConditionExpression: ";
  check({
      {"Query", R"({"TableName":"orders"})",
       "ValidationException: Either the KeyConditions or KeyConditionExpression parameter must be "
       "specified in the request."},
      {"Query", query_input("p > :p", "}"),
       "ValidationException: Query key condition not supported"},
      {"Query", query_input("x = :p", "}"),
       "ValidationException: Query condition missed key schema element: p"},
      {"Query", query_input("p = :p AND x = :p", "}"),
       "ValidationException: Query condition missed key schema element: s"},
      {"Query", query_input("p = :p AND s = :p", "}"),
       kInvalid + "Condition parameter type does not match schema type"},
      {"Query", query_input("p = :p OR s = :s", s), bad_operator + "OR"},
      {"Query", query_input("p = :p AND NOT s = :s", s), bad_operator + "NOT"},
      {"Query", query_input("p = :p AND s <> :s", s), bad_operator + "<>"},
      {"Query", query_input("p = :p AND s IN (:s)", s), bad_operator + "IN"},
      {"Query", query_input("p = :p AND contains(s, :p)", "}"), bad_operator + "contains"},
      {"Query", query_input("p = :p AND size(s) = :s", s),
       "ValidationException: KeyConditionExpressions cannot contain nested operations"},
      {"Query", query_input("p = :p AND p = :p", "}"),
       "ValidationException: KeyConditionExpressions must only contain one condition per key"},
      {"Query", query_input("p.x = :p", "}"),
       "ValidationException: KeyConditionExpressions cannot have conditions on nested attributes"},
      {"Query", query_input(":p = :p", "}"), invalid + "No key attribute specified"},
      {"Query", query_input("p = :p AND s = x", "}"),
       invalid + "Multiple attribute names used in one condition"},
      {"Query", query_input("p = :p AND :s BETWEEN s AND :s", s),
       invalid + "BETWEEN operator must have the key attribute as its first operand"},
      {"Query", query_input("p = :p AND begins_with(:p, s)", "}"),
       invalid + "begins_with operator must have the key attribute as its first operand"},
      {"Query", query_input("p = :p AND s = :s AND x = :s", s),
       "ValidationException: Conditions can be of length 1 or 2 only"},
      {"Query",
       R"({"TableName":"plain","KeyConditionExpression":"p = :p AND x = :p","ExpressionAttributeValues":{":p":{"S":"a"}}})",
       "ValidationException: Query key condition not supported"},
      {"Query", query_input("p = :s", R"(,":s":{"S":""}})"),
       "ValidationException: Value provided in ExpressionAttributeValues unused in expressions: "
       "keys: {:p}"},
      {"Query",
       R"({"TableName":"plain","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":""}}})",
       kNotValid +
           "The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
  });
}

TEST_F(Validation, PageParametersAreChecked) {
  const auto query = [](const std::string& rest) { return query_input("p = :p", "}" + rest); };
  const auto scan = [](const std::string& rest) { return R"({"TableName":"orders")" + rest + "}"; };
  const std::string start = "ValidationException: The provided starting key is invalid";
  check({
      {"Query", query(R"(,"Limit":0)"),
       kConstraint + "Value '0' at 'limit' failed to satisfy constraint: Member must have value "
                     "greater than or equal to 1"},
      {"Query", query(R"(,"Limit":"5")"),
       "SerializationException: STRING_VALUE cannot be converted to Integer"},
      {"Query", query(R"(,"IndexName":"nope")"),
       "ValidationException: The table does not have the specified index: nope"},
      {"Query",
       R"({"TableName":"orders","IndexName":"by-g","ConsistentRead":true,"KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}})",
       "ValidationException: Consistent reads are not supported on global secondary indexes"},
      {"Query",
       R"({"TableName":"orders","IndexName":"by-g","Select":"ALL_ATTRIBUTES","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}})",
       kInvalid + "Select type ALL_ATTRIBUTES is not supported for global secondary index by-g "
                  "because its projection type is not ALL"},
      {"Query", query(R"(,"FilterExpression":"s = :p")"),
       "ValidationException: Filter Expression can only contain non-primary key attributes: "
       "Primary key attribute: s"},
      {"Query", query(R"(,"Select":"SPECIFIC_ATTRIBUTES")"),
       "ValidationException: Must specify the AttributesToGet or ProjectionExpression when "
       "choosing to get SPECIFIC_ATTRIBUTES"},
      {"Query", query(R"(,"Select":"COUNT","ProjectionExpression":"x")"),
       "ValidationException: Cannot specify the ProjectionExpression when choosing to get only the "
       "Count"},
      {"Query", query(R"(,"Select":"ALL_ATTRIBUTES","ProjectionExpression":"x")"),
       "ValidationException: Cannot specify the ProjectionExpression when choosing to get "
       "ALL_ATTRIBUTES"},
      {"Query", query(R"(,"Select":"ALL_PROJECTED_ATTRIBUTES")"),
       "ValidationException: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an "
       "IndexName"},
      {"Query", query(R"(,"ExclusiveStartKey":{"p":{"S":"a"}})"),
       start + ": The provided key element does not match the schema"},
      {"Query", query(R"(,"IndexName":"by-t","ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"1"}})"),
       start},
      {"Query", query(R"(,"ExclusiveStartKey":{"p":{"S":"b"},"s":{"N":"1"}})"),
       "ValidationException: The provided starting key is outside query boundaries based on "
       "provided conditions"},
      {"Query",
       query_input("p = :p AND s > :s",
                   R"(,":s":{"N":"5"}},"ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"1"}})"),
       "ValidationException: The provided starting key does not match the range key predicate"},
      {"Scan", scan(R"(,"Segment":1)"),
       "ValidationException: The TotalSegments parameter is required but was not present in the "
       "request when Segment parameter is present"},
      {"Scan", scan(R"(,"TotalSegments":1)"),
       "ValidationException: The Segment parameter is required but was not present in the request "
       "when parameter TotalSegments is present"},
      {"Scan", scan(R"(,"TotalSegments":2,"Segment":2)"),
       "ValidationException: The Segment parameter is zero-based and must be less than parameter "
       "TotalSegments: Segment: 2 is not less than TotalSegments: 2"},
      {"Scan", scan(R"(,"TotalSegments":0,"Segment":0)"),
       kConstraint + "Value '0' at 'totalSegments' failed to satisfy constraint: Member must have "
                     "value greater than or equal to 1"},
      {"Scan", scan(R"(,"TotalSegments":1000001,"Segment":0)"),
       kConstraint + "Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must "
                     "have value less than or equal to 1000000"},
      {"Scan", scan(R"(,"TotalSegments":2,"Segment":-1)"),
       kConstraint + "Value '-1' at 'segment' failed to satisfy constraint: Member must have value "
                     "greater than or equal to 0"},
      {"Scan", scan(R"(,"ExpressionAttributeValues":{":p":{"S":"a"}})"),
       "ValidationException: ExpressionAttributeValues can only be specified when using "
       "expressions: FilterExpression is null"},
  });
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
