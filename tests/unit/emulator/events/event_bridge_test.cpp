// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/event_bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/emulator/events/fakes.h"

namespace beckon::emulator {
namespace {

using namespace std::chrono_literals;
using testing::FakeInvoker;
using testing::FakeScheduler;
using ::testing::HasSubstr;
using testing::KeptLog;
using testing::MemoryStore;

AppModel make_model() {
  AppModel model;
  model.buses = {"beckon"};
  model.functions["f"].name = "f";
  model.queues.push_back({"Dead", "dead", 30s, std::chrono::days(4)});
  RuleTargetModel target;
  target.id = "t";
  target.function = "f";
  target.dead_letter_queue = "dead";
  RuleModel rule;
  rule.name = "all";
  rule.bus = "beckon";
  rule.pattern = R"({"source":[{"prefix":"app"}]})";
  rule.targets = {target};
  model.rules.push_back(rule);
  rule.name = "off";
  rule.enabled = false;
  model.rules.push_back(rule);
  return model;
}

class Bridge : public ::testing::Test {
 protected:
  AwsReply call(const std::string& operation, const std::string& input) {
    const auto document = json::parse(input, json::kDepthMaxHost);
    EXPECT_TRUE(document) << input;
    AwsReply reply;
    service_.handle(operation, document->root(), [&](AwsReply got) { reply = std::move(got); });
    return reply;
  }
  AwsReply put(const std::string& entries) {
    return call("PutEvents", R"({"Entries":)" + entries + "}");
  }

  AppModel model_ = make_model();
  FakeScheduler scheduler_;
  FakeInvoker invoker_{scheduler_};
  MemoryStore store_;
  KeptLog log_;
  std::function<std::string()> ids_ = testing::counted_ids();
  Queues queues_{model_.queues, store_, scheduler_, ids_, log_};
  AsyncQueue async_{model_.functions, invoker_, queues_, store_, scheduler_, {}, log_};
  RuleDelivery delivery_{
      async_, queues_, store_, scheduler_, {}, testing::counted_ids(), [] { return 0.5; }, log_};
  EventBuses buses_ = *EventBuses::create(model_);
  EventBridgeService service_{buses_, delivery_, scheduler_, {}, ids_, log_};
};

// A put event reaches the rule's function in the envelope of EventBridge, its detail as it was
// written, under the id that the caller got.
TEST_F(Bridge, EnvelopeIsExact) {
  const AwsReply reply =
      put(R"([{"Source":"app.x","DetailType":"Door \"7\"","EventBusName":"beckon",
      "Detail":"{ \"n\": 300.0, \"s\": \"é\" }","Resources":["arn:r"],"Time":1772619072.9}])");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"FailedEntryCount":0,"Entries":[{"EventId":"id-1"}]})");
  scheduler_.advance(1s);
  ASSERT_EQ(invoker_.calls.size(), 1U);
  EXPECT_EQ(invoker_.calls[0].event,
            R"({"version":"0","id":"id-1","detail-type":"Door \"7\"","source":"app.x",)"
            R"("account":"000000000000","time":"2026-03-04T10:11:12Z","region":"us-east-1",)"
            R"("resources":["arn:r"],"detail":{ "n": 300.0, "s": "é" }})");
}

// A disabled rule, another source and another bus deliver nothing; the caller still gets ids.
TEST_F(Bridge, OnlyMatchingRulesDeliver) {
  put(R"([{"Source":"other","DetailType":"d","Detail":"{}","EventBusName":"beckon"},
          {"Source":"app","DetailType":"d","Detail":"{}"},
          {"Source":"app","DetailType":"d","Detail":"{}","EventBusName":"arn:aws:events:us-east-1:0:event-bus/beckon"}])");
  scheduler_.advance(1s);
  EXPECT_EQ(invoker_.calls.size(), 1U);
  EXPECT_TRUE(log_.has("matches no rule"));
}

// An event for a bus that does not exist gets an id and is dropped; our log says so.
TEST_F(Bridge, UnknownBusIsSwallowedWithAWarning) {
  const AwsReply reply =
      put(R"([{"Source":"app","DetailType":"d","Detail":"{}","EventBusName":"bekcon"}])");
  EXPECT_EQ(reply.body, R"({"FailedEntryCount":0,"Entries":[{"EventId":"id-1"}]})");
  scheduler_.advance(1s);
  EXPECT_TRUE(invoker_.calls.empty());
  EXPECT_TRUE(log_.has("\"bekcon\", which does not exist"));
}

// A bad entry fails alone, in its own slot, with EventBridge's words; the call itself succeeds.
TEST_F(Bridge, BadEntriesFailAlone) {
  const AwsReply reply = put(R"([
      {"DetailType":"d","Detail":"{}"},
      {"Source":"app","Detail":"{}"},
      {"Source":"app","DetailType":"d","Detail":""},
      {"Source":"app","DetailType":"d","Detail":"not json"},
      {"Source":"app","DetailType":"d","Detail":"[1]"},
      {"Source":"app","DetailType":"d","Detail":"\"text\""},
      {"Source":"aws.s3","DetailType":"d","Detail":"{}"},
      {"Source":"app","DetailType":"d","Detail":"{}","EventBusName":"beckon"}])");
  EXPECT_EQ(reply.status, 200);
  const auto body = json::parse(reply.body);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["FailedEntryCount"].integer(), 7);
  const std::pair<const char*, const char*> expected[] = {
      {"InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."},
      {"InvalidArgument",
       "Parameter DetailType is not valid. Reason: DetailType is a required argument."},
      {"InvalidArgument", "Parameter Detail is not valid. Reason: Detail is a required argument."},
      {"MalformedDetail", "Detail is malformed."},
      {"MalformedDetail", "Detail is malformed."},
      {"MalformedDetail", "Detail is malformed."},
      {"NotAuthorizedForSourceException", "Not authorized for the source."},
  };
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ((*body)["Entries"].at(i)["ErrorCode"].string_or(""), expected[i].first) << i;
    EXPECT_EQ((*body)["Entries"].at(i)["ErrorMessage"].string_or(""), expected[i].second) << i;
  }
  EXPECT_TRUE((*body)["Entries"].at(7)["EventId"].is_string());
  scheduler_.advance(1s);
  EXPECT_EQ(invoker_.calls.size(), 1U);
}

// The number of entries and the size of all together are limited.
TEST_F(Bridge, RequestLimits) {
  const auto repeat = [](int count, const std::string& detail) {
    std::string entries = "[";
    for (int i = 0; i < count; ++i) {
      entries += std::string(i > 0 ? "," : "") +
                 R"({"Source":"app","DetailType":"d","EventBusName":"beckon","Detail":")" + detail +
                 "\"}";
    }
    return entries + "]";
  };
  EXPECT_EQ(put(repeat(10, "{}")).status, 200);
  AwsReply reply = put(repeat(11, "{}"));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("ValidationException"));
  EXPECT_THAT(reply.body,
              HasSubstr("'entries' failed to satisfy constraint: Member must have length less "
                        "than or equal to 10"));
  EXPECT_THAT(put("[]").body, HasSubstr("Member must have length greater than or equal to 1"));
  EXPECT_THAT(call("PutEvents", "{}").body, HasSubstr("Value null at 'entries'"));
  // 4 bytes of Source and DetailType, and the braces, quotes and name around the text
  const std::string filler(kPutEventsBytesMax - 4 - 8, 'x');
  EXPECT_EQ(put(repeat(1, R"({\"x\":\")" + filler + R"(\"})")).status, 200);
  reply = put(repeat(1, R"({\"x\":\")" + filler + R"(y\"})"));
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("Total size of the entries in the request is over the limit."));
}

// An event that cannot be stored is refused with a code that SDKs retry; nothing is promised.
TEST_F(Bridge, FullDiskIsAnInternalFailure) {
  store_.refuse = true;
  const AwsReply reply =
      put(R"([{"Source":"app","DetailType":"d","Detail":"{}","EventBusName":"beckon"}])");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(
      reply.body,
      R"({"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"The event )"
      R"(could not be stored: No space left on device"}]})");
}

// Buses, rules and targets can be looked at.
TEST_F(Bridge, Lookups) {
  EXPECT_EQ(
      call("ListEventBuses", "{}").body,
      R"({"EventBuses":[{"Name":"beckon","Arn":"arn:aws:events:us-east-1:000000000000:event-bus/beckon"},)"
      R"({"Name":"default","Arn":"arn:aws:events:us-east-1:000000000000:event-bus/default"}]})");
  EXPECT_THAT(call("DescribeEventBus", R"({"Name":"beckon"})").body,
              HasSubstr(R"("Name":"beckon")"));
  EXPECT_THAT(call("DescribeEventBus", R"({"Name":"x"})").body,
              HasSubstr("Event bus x does not exist."));
  EXPECT_THAT(call("ListRules", R"({"EventBusName":"beckon"})").body,
              HasSubstr(R"("State":"DISABLED")"));
  EXPECT_THAT(call("DescribeRule", R"({"EventBusName":"beckon","Name":"all"})").body,
              HasSubstr(R"("Arn":"arn:aws:events:us-east-1:000000000000:rule/beckon/all")"));
  EXPECT_THAT(call("DescribeRule", R"({"Name":"all"})").body,
              HasSubstr("Rule all does not exist on EventBus default."));
  EXPECT_THAT(call("ListTargetsByRule", R"({"EventBusName":"beckon","Rule":"all"})").body,
              HasSubstr(R"("Arn":"arn:aws:lambda:us-east-1:000000000000:function:f")"));
}

// A pattern can be tried, and a wrong one is refused with the reason.
TEST_F(Bridge, TestEventPattern) {
  EXPECT_EQ(call("TestEventPattern",
                 R"({"EventPattern":"{\"source\":[\"a\"]}","Event":"{\"source\":\"a\"}"})")
                .body,
            R"({"Result":true})");
  EXPECT_EQ(call("TestEventPattern",
                 R"({"EventPattern":"{\"source\":[\"a\"]}","Event":"{\"source\":\"b\"}"})")
                .body,
            R"({"Result":false})");
  const AwsReply reply =
      call("TestEventPattern", R"({"EventPattern":"{\"source\":\"a\"}","Event":"{}"})");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("InvalidEventPatternException"));
  EXPECT_THAT(reply.body, HasSubstr("must be an object or an array"));
}

// What the emulator does not do is answered with an error that names it.
TEST_F(Bridge, UnknownOperationsAreNamed) {
  const AwsReply reply = call("PutRule", "{}");
  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("does not implement EventBridge's PutRule"));
}

// A template with patterns that EventBridge refuses does not start; every such rule is named.
TEST(EventBusesCreate, BadPatternsAreNamed) {
  AppModel model = make_model();
  model.template_path = "t.yaml";
  model.rules[0].pattern = R"({"source":"app"})";
  model.rules[1].pattern = R"({"source":[]})";
  const auto buses = EventBuses::create(model);
  ASSERT_FALSE(buses);
  EXPECT_EQ(buses.error().message,
            "t.yaml: rule all: Event pattern is not valid. Reason: \"source\" must be an object or "
            "an array\n"
            "t.yaml: rule off: Event pattern is not valid. Reason: Empty arrays are not allowed");
}

}  // namespace
}  // namespace beckon::emulator
