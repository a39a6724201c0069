// SPDX-License-Identifier: Apache-2.0
// Query and Scan: order, ranges, pages, indexes, filters.
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/emulator/dynamodb/service_fixture.h"

namespace beckon::emulator::dynamodb {
namespace {

class Pages : public ServiceFixture {
 protected:
  void put(const std::string& item) {
    ok("PutItem", R"({"TableName":"orders","Item":)" + item + "}");
  }

  // The numbers "s" of the answer's items, as "1 2 3".
  static std::string numbers(const std::string& answer) {
    const auto document = json::parse(answer, json::kDepthMaxHost);
    std::string out;
    for (json::View item : (*document)["Items"]) {
      out += (out.empty() ? "" : " ") + std::string(item["s"]["N"].string_or("?"));
    }
    return out;
  }

  std::string query(const std::string& condition, const std::string& rest = "") {
    return ok("Query", R"({"TableName":"orders","KeyConditionExpression":"p = :p)" + condition +
                           R"(","ExpressionAttributeValues":{":p":{"S":"a"})" + rest + "}");
  }

  // All pages of a Query or Scan, following LastEvaluatedKey; counts them.
  std::string all_pages(const char* operation, const std::string& request, int* pages = nullptr) {
    std::string out;
    std::string start;
    for (int i = 0; i < 1000; ++i) {
      const std::string answer =
          ok(operation,
             "{" + request + (start.empty() ? "" : R"(,"ExclusiveStartKey":)" + start) + "}");
      if (pages != nullptr) ++*pages;
      const std::string page = numbers(answer);
      if (!page.empty()) out += (out.empty() ? "" : " ") + page;
      const auto document = json::parse(answer, json::kDepthMaxHost);
      const json::View last = (*document)["LastEvaluatedKey"];
      if (!last.exists()) return out;
      start = last.print();
    }
    ADD_FAILURE() << "pages without end";
    return out;
  }
};

TEST_F(Pages, SortKeysComeInTheOrderOfNumbers) {
  for (const char* s : {"10", "9", "-1", "0", "1.5", "-20", "1e3", "0.001"}) {
    put(R"({"p":{"S":"a"},"s":{"N":")" + std::string(s) + R"("}})");
    put(R"({"p":{"S":"other"},"s":{"N":")" + std::string(s) + R"("}})");
  }
  EXPECT_EQ(numbers(query("", "}")), "-20 -1 0 0.001 1.5 9 10 1000");
  EXPECT_EQ(numbers(query("", R"(},"ScanIndexForward":false)")), "1000 10 9 1.5 0.001 0 -1 -20");
}

TEST_F(Pages, EveryKindOfRangeGivesItsRows) {
  for (int s = 1; s <= 5; ++s) put(R"({"p":{"S":"a"},"s":{"N":")" + std::to_string(s) + R"("}})");
  const std::string low = R"(,":x":{"N":"2"}})";
  const std::string both = R"(,":x":{"N":"2"},":y":{"N":"4"}})";
  EXPECT_EQ(numbers(query(" AND s = :x", low)), "2");
  EXPECT_EQ(numbers(query(" AND s < :x", low)), "1");
  EXPECT_EQ(numbers(query(" AND s <= :x", low)), "1 2");
  EXPECT_EQ(numbers(query(" AND s > :x", low)), "3 4 5");
  EXPECT_EQ(numbers(query(" AND s >= :x", low)), "2 3 4 5");
  EXPECT_EQ(numbers(query(" AND :x < s", low)), "3 4 5");
  EXPECT_EQ(numbers(query(" AND (s BETWEEN :x AND :y)", both)), "2 3 4");
  EXPECT_EQ(numbers(query(" AND s BETWEEN :x AND :y", both + R"(,"ScanIndexForward":false)")),
            "4 3 2");
}

TEST_F(Pages, BeginsWithEndsAtTheNextPrefix) {
  const char* texts[] = {"a", "ab", "ab\u00ff", "abz", "ac", "b"};
  int s = 0;
  for (const char* t : texts) {
    put(R"({"p":{"S":"a"},"s":{"N":")" + std::to_string(++s) + R"("},"t":{"S":")" + t + R"("}})");
  }
  EXPECT_EQ(numbers(query(" AND begins_with(t, :t)", R"(,":t":{"S":"ab"}},"IndexName":"by-t")")),
            "2 4 3");
}

TEST_F(Pages, PagesJoinToTheWholeForwardsBackwardsAndInIndexes) {
  std::string expected;
  std::string backwards;
  for (int s = 1; s <= 25; ++s) {
    const std::string n = std::to_string(s);
    // Three values of the index's sort key, so that equal keys stand at page ends.
    put(R"({"p":{"S":"a"},"s":{"N":")" + n + R"("},"g":{"S":"all"},"h":{"N":")" +
        std::to_string(s / 10) + R"("},"t":{"S":"t)" + std::to_string(s / 10) + R"("}})");
    expected += (s == 1 ? "" : " ") + n;
    backwards = n + (s == 1 ? "" : " ") + backwards;
  }
  const std::string base =
      R"("TableName":"orders","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"a"}})";
  const std::string global =
      R"("TableName":"orders","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"all"}})";
  for (int limit : {1, 2, 3, 7, 24, 25, 26}) {
    const std::string with_limit = R"(,"Limit":)" + std::to_string(limit);
    const std::string down = with_limit + R"(,"ScanIndexForward":false)";
    EXPECT_EQ(all_pages("Query", base + with_limit), expected);
    EXPECT_EQ(all_pages("Query", base + down), backwards);
    EXPECT_EQ(all_pages("Query", global + with_limit), expected);
    EXPECT_EQ(all_pages("Query", global + down), backwards);
    EXPECT_EQ(all_pages("Query", base + R"(,"IndexName":"by-t")" + with_limit), expected);
    EXPECT_EQ(all_pages("Scan", R"("TableName":"orders")" + with_limit), expected);
    EXPECT_EQ(all_pages("Scan", R"("TableName":"orders","IndexName":"by-g")" + with_limit),
              expected);
  }
}

TEST_F(Pages, APageGoesOnBehindARowThatIsGone) {
  for (int s = 1; s <= 4; ++s) {
    put(R"({"p":{"S":"a"},"s":{"N":")" + std::to_string(s) + R"("},"g":{"S":"x"},"h":{"N":"1"}})");
  }
  ok("DeleteItem", R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"2"}}})");
  const std::string start = R"(},"ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"2"})";
  EXPECT_EQ(numbers(query("", start + "}")), "3 4");
  EXPECT_EQ(numbers(query("", start + R"(},"ScanIndexForward":false)")), "1");
  EXPECT_EQ(
      numbers(ok(
          "Query",
          R"({"TableName":"orders","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}},"ExclusiveStartKey":{"p":{"S":"a"},"s":{"N":"2"},"g":{"S":"x"},"h":{"N":"1"}}})")),
      "3 4");
}

TEST_F(Pages, AGlobalIndexIsSparseAndFollowsItsItems) {
  const std::string ask =
      R"({"TableName":"orders","IndexName":"by-g","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"x"}}})";
  put(R"({"p":{"S":"a"},"s":{"N":"1"},"g":{"S":"x"}})");  // no h: not in the index
  put(R"({"p":{"S":"a"},"s":{"N":"2"},"g":{"S":"x"},"h":{"N":"2"},"more":{"S":"m"}})");
  put(R"({"p":{"S":"b"},"s":{"N":"3"},"g":{"S":"x"},"h":{"N":"1"}})");
  EXPECT_EQ(
      ok("Query", ask),
      R"({"Items":[{"g":{"S":"x"},"h":{"N":"1"},"p":{"S":"b"},"s":{"N":"3"}},)"
      R"({"g":{"S":"x"},"h":{"N":"2"},"p":{"S":"a"},"s":{"N":"2"}}],"Count":2,"ScannedCount":2})");
  ok("UpdateItem",
     R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"2"}},"UpdateExpression":"SET g = :y","ExpressionAttributeValues":{":y":{"S":"y"}}})");
  EXPECT_EQ(numbers(ok("Query", ask)), "3");
  ok("UpdateItem",
     R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"SET h = :y","ExpressionAttributeValues":{":y":{"N":"0"}}})");
  EXPECT_EQ(numbers(ok("Query", ask)), "1 3");
  ok("UpdateItem",
     R"({"TableName":"orders","Key":{"p":{"S":"a"},"s":{"N":"1"}},"UpdateExpression":"REMOVE g"})");
  ok("DeleteItem", R"({"TableName":"orders","Key":{"p":{"S":"b"},"s":{"N":"3"}}})");
  EXPECT_EQ(ok("Query", ask), R"({"Items":[],"Count":0,"ScannedCount":0})");
}

TEST_F(Pages, ALocalIndexFetchesFromItsTableWhatItDoesNotProject) {
  ok("CreateTable",
     R"({"TableName":"local","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"t","AttributeType":"S"}],"LocalSecondaryIndexes":[{"IndexName":"by-t","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"t","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]})");
  ok("PutItem",
     R"({"TableName":"local","Item":{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"x"},"v":{"N":"7"}}})");
  const auto ask = [&](const std::string& rest) {
    return ok(
        "Query",
        R"({"TableName":"local","IndexName":"by-t","ConsistentRead":true,"KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"S":"a"}})" +
            rest + "}");
  };
  EXPECT_EQ(
      ask(""),
      R"({"Items":[{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"x"}}],"Count":1,"ScannedCount":1})");
  EXPECT_EQ(
      ask(R"(,"Select":"ALL_ATTRIBUTES")"),
      R"({"Items":[{"p":{"S":"a"},"s":{"N":"1"},"t":{"S":"x"},"v":{"N":"7"}}],"Count":1,"ScannedCount":1})");
  EXPECT_EQ(ask(R"(,"ProjectionExpression":"v")"),
            R"({"Items":[{"v":{"N":"7"}}],"Count":1,"ScannedCount":1})");
}

TEST_F(Pages, AFilterIsAppliedAfterTheLimit) {
  for (int s = 1; s <= 4; ++s) {
    put(R"({"p":{"S":"a"},"s":{"N":")" + std::to_string(s) + R"("},"v":{"N":")" +
        std::to_string(s % 2) + R"("}})");
  }
  EXPECT_EQ(
      query("",
            R"(,":v":{"N":"0"}},"FilterExpression":"v = :v","Limit":3,"ProjectionExpression":"s")"),
      R"({"Items":[{"s":{"N":"2"}}],"Count":1,"ScannedCount":3,"LastEvaluatedKey":{"p":{"S":"a"},"s":{"N":"3"}}})");
  EXPECT_EQ(query("", R"(},"Select":"COUNT")"), R"({"Count":4,"ScannedCount":4})");
  EXPECT_EQ(
      ok("Scan",
         R"({"TableName":"orders","FilterExpression":"s > :x","ExpressionAttributeValues":{":x":{"N":"3"}},"ProjectionExpression":"s"})"),
      R"({"Items":[{"s":{"N":"4"}}],"Count":1,"ScannedCount":4})");
}

TEST_F(Pages, APageEndsAtOneMegabyteBeforeTheFilter) {
  const std::string big(300 * 1024, 'x');
  for (int s = 1; s <= 9; ++s) {
    put(R"({"p":{"S":"a"},"s":{"N":")" + std::to_string(s) + R"("},"v":{"S":")" + big + R"("}})");
  }
  int pages = 0;
  const std::string request =
      R"~("TableName":"orders","KeyConditionExpression":"p = :p","FilterExpression":"attribute_exists(v)","ProjectionExpression":"s","ExpressionAttributeValues":{":p":{"S":"a"}})~";
  EXPECT_EQ(all_pages("Query", request, &pages), "1 2 3 4 5 6 7 8 9");
  EXPECT_EQ(pages, 3);  // 4 + 4 + 1
}

TEST_F(Pages, SegmentsOfAScanDivideTheTable) {
  for (int i = 0; i < 200; ++i) {
    put(R"({"p":{"S":"user)" + std::to_string(i) + R"("},"s":{"N":")" + std::to_string(i) +
        R"("}})");
  }
  std::multiset<std::string> seen;
  for (int segment = 0; segment < 3; ++segment) {
    std::istringstream rows(
        all_pages("Scan", R"("TableName":"orders","Limit":17,"TotalSegments":3,"Segment":)" +
                              std::to_string(segment)));
    std::size_t count = 0;
    for (std::string row; rows >> row; ++count) seen.insert(row);
    EXPECT_GT(count, 20u) << segment;
  }
  EXPECT_EQ(seen.size(), 200u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 200u);
}

TEST_F(Pages, BinaryKeysOrderAsUnsignedBytes) {
  ok("CreateTable",
     R"({"TableName":"binary","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"B"},{"AttributeName":"s","AttributeType":"B"}]})");
  for (const char* s : {"/w==", "AA==", "gA==", "fw==", "//8=", "AAA="}) {
    ok("PutItem",
       R"({"TableName":"binary","Item":{"p":{"B":"AP8="},"s":{"B":")" + std::string(s) + R"("}}})");
  }
  EXPECT_EQ(
      ok("Query",
         R"({"TableName":"binary","KeyConditionExpression":"p = :p","ExpressionAttributeValues":{":p":{"B":"AP8="}},"ProjectionExpression":"s"})"),
      R"({"Items":[{"s":{"B":"AA=="}},{"s":{"B":"AAA="}},{"s":{"B":"fw=="}},{"s":{"B":"gA=="}},{"s":{"B":"/w=="}},{"s":{"B":"//8="}}],"Count":6,"ScannedCount":6})");
  EXPECT_EQ(
      ok("Query",
         R"~({"TableName":"binary","KeyConditionExpression":"p = :p AND begins_with(s, :s)","ExpressionAttributeValues":{":p":{"B":"AP8="},":s":{"B":"/w=="}},"Select":"COUNT"})~"),
      R"({"Count":2,"ScannedCount":2})");
}

}  // namespace
}  // namespace beckon::emulator::dynamodb
