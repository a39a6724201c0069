// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/events_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/unit/lambdas/support/fakes.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;
using testing::FakeHttp;
using testing::header;
using testing::reply;

using Client = testing::FakeClient<EventsClient>;

// Accepts every entry; the id of each is its detail type.
base::Result<HttpReply> accept(const FakeHttp::Sent& sent) {
  const auto body = json::parse(sent.body);
  std::string entries;
  for (const json::View entry : (*body)["Entries"]) {
    entries += (entries.empty() ? "" : ",") + std::string(R"({"EventId":")") +
               std::string(entry["DetailType"].string_or("")) + "\"}";
  }
  return reply(200, R"({"FailedEntryCount":0,"Entries":[)" + entries + "]}");
}

TEST(EventsClient, PutsAnEvent) {
  Client client(accept);
  const std::vector<EventEntry> entries = {{"beckon", "message", R"({"a":"b"})", "bus"}};
  const auto results = client.api.put(entries);
  ASSERT_EQ(results.size(), 1u);
  ASSERT_TRUE(results[0]);
  EXPECT_EQ(*results[0], "message");
  EXPECT_EQ(header(client.http.sent[0].request, "X-Amz-Target"), "AWSEvents.PutEvents");
  EXPECT_EQ(client.http.sent[0].body, R"({"Entries":[{"Source":"beckon","DetailType":"message",)"
                                      R"("Detail":"{\"a\":\"b\"}","EventBusName":"bus"}]})");
}

// Ten entries fit a call; results keep the order across calls.
TEST(EventsClient, SplitsIntoCallsOfTen) {
  Client client(accept);
  std::vector<EventEntry> entries;
  entries.reserve(23);
  for (int i = 0; i < 23; ++i) entries.push_back({"s", std::to_string(i), "{}", "b"});
  const auto results = client.api.put(entries);
  ASSERT_EQ(results.size(), 23u);
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(*results[i], std::to_string(i));
  EXPECT_EQ(client.http.exchanges, 3);
}

// Each entry has its own outcome: what EventBridge could not take for the moment is posted again,
// what is wrong is an error, and what was taken is not posted twice.
TEST(EventsClient, TellsAndRetriesEntryByEntry) {
  Client client([count = 0](const FakeHttp::Sent&) mutable {
    if (++count == 1) {
      return reply(200,
                   R"({"FailedEntryCount":2,"Entries":[{"EventId":"one"},)"
                   R"({"ErrorCode":"ThrottlingException","ErrorMessage":"slow"},)"
                   R"({"ErrorCode":"MalformedDetail","ErrorMessage":"Detail is malformed."}]})");
    }
    return reply(200, R"({"FailedEntryCount":0,"Entries":[{"EventId":"two"}]})");
  });
  const std::vector<EventEntry> entries = {
      {"s", "1", "{}", "b"}, {"s", "2", "{}", "b"}, {"s", "3", "[]", "b"}};
  const auto results = client.api.put(entries);
  EXPECT_EQ(*results[0], "one");
  EXPECT_EQ(*results[1], "two");
  ASSERT_FALSE(results[2]);
  EXPECT_EQ(results[2].error().code, ErrorCode::kInvalid);
  EXPECT_EQ(results[2].error().message, "events PutEvents: MalformedDetail: Detail is malformed.");
  const auto second = json::parse(client.http.sent[1].body);
  EXPECT_EQ((*second)["Entries"].size(), 1u);
  EXPECT_EQ((*second)["Entries"].at(0)["DetailType"].string_or(""), "2");
}

TEST(EventsClient, GivesUpOnAnEntryThatIsNeverTaken) {
  Client client([](const FakeHttp::Sent&) {
    return reply(200, R"({"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]})");
  });
  const std::vector<EventEntry> entries = {{"s", "1", "{}", "b"}};
  const auto results = client.api.put(entries);
  ASSERT_FALSE(results[0]);
  EXPECT_EQ(results[0].error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(client.http.exchanges, 4);
}

// A bus that is there, one that is not, and one that we may not look at are told apart.
TEST(EventsClient, FindsABus) {
  Client there([](const FakeHttp::Sent&) { return reply(200, R"({"Name":"b"})"); });
  EXPECT_TRUE(there.api.find_bus("b"));
  EXPECT_EQ(header(there.http.sent[0].request, "X-Amz-Target"), "AWSEvents.DescribeEventBus");
  EXPECT_EQ(there.http.sent[0].body, R"({"Name":"b"})");
  const std::pair<const char*, ErrorCode> cases[] = {
      {"ResourceNotFoundException", ErrorCode::kNotFound},
      {"AccessDeniedException", ErrorCode::kDenied}};
  for (const auto& [name, code] : cases) {
    Client client([type = name](const FakeHttp::Sent&) {
      return reply(400, std::string(R"({"__type":")") + type + R"(","message":"no"})");
    });
    const auto found = client.api.find_bus("b");
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, code) << name;
  }
}

// An answer that never came is not asked for again: the event would be posted twice.
TEST(EventsClient, DoesNotRepeatWhatMayHaveHappened) {
  Client client([](const FakeHttp::Sent&) -> base::Result<HttpReply> {
    return base::fail(ErrorCode::kTimeout, "no answer");
  });
  const std::vector<EventEntry> entries = {{"s", "1", "{}", "b"}, {"s", "2", "{}", "b"}};
  const auto results = client.api.put(entries);
  for (const auto& result : results) EXPECT_EQ(result.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(client.http.exchanges, 1);
}

}  // namespace
}  // namespace beckon::lambdas
