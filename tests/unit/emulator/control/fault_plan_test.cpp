// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/fault_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/control/fault_settings.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;

base::Result<FaultSettings> settings(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  return read_fault_settings(document->root());
}

base::Result<NextFault> next(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document) << text;
  return read_next_fault(document->root());
}

// 'T' throttle, 'L' lost answer, '.' none.
std::string draws(FaultPlan& plan, int count) {
  std::string drawn;
  for (int i = 0; i < count; ++i) {
    const auto fault = plan.draw(FaultGroup::kDynamoDb, "PutItem");
    drawn += !fault ? '.' : fault->kind == FaultKind::kThrottle ? 'T' : 'L';
  }
  return drawn;
}

TEST(FaultPlan, WithoutSettingsNothingIsInjected) {
  FaultPlan plan;
  EXPECT_EQ(draws(plan, 1000), std::string(1000, '.'));
  EXPECT_FALSE(plan.draw(FaultGroup::kDynamoDbDelay, "PutItem"));
}

TEST(FaultPlan, OneSeedIsOneSequenceWhateverOtherGroupsDrawMeanwhile) {
  const auto plan_of = [](const char* text) {
    FaultPlan plan;
    plan.set(*settings(text));
    return plan;
  };
  const char* text = R"({"seed":7,"dynamodb":{"throttle":0.2,"lose_answer":0.1}})";
  FaultPlan first = plan_of(text);
  const std::string expected = draws(first, 200);
  FaultPlan second = plan_of(text);
  for (int i = 0; i < 50; ++i) second.draw(FaultGroup::kLinks, "c");
  EXPECT_EQ(draws(second, 200), expected);
  second.set(*settings(text));
  EXPECT_EQ(draws(second, 200), expected) << "setting the plan starts it anew";
  FaultPlan other = plan_of(R"({"seed":8,"dynamodb":{"throttle":0.2,"lose_answer":0.1}})");
  EXPECT_NE(draws(other, 200), expected);
}

TEST(FaultPlan, ProbabilitiesAreKeptAndWhatWasInjectedIsCounted) {
  FaultPlan plan;
  plan.set(*settings(R"({"dynamodb":{"throttle":0.2,"lose_answer":0.1}})"));
  const std::string drawn = draws(plan, 10'000);
  const auto throttled = std::count(drawn.begin(), drawn.end(), 'T');
  const auto lost = std::count(drawn.begin(), drawn.end(), 'L');
  EXPECT_NEAR(static_cast<double>(throttled), 2000, 200);
  EXPECT_NEAR(static_cast<double>(lost), 1000, 150);
  EXPECT_EQ(plan.injected_count(FaultKind::kThrottle), throttled);
  EXPECT_EQ(plan.injected_count(FaultKind::kLoseAnswer), lost);
  EXPECT_EQ(plan.injected_count(FaultKind::kFail), 0U);
  EXPECT_THAT(fault_plan_json(plan),
              HasSubstr("\"injected\":{\"dynamodb\":{\"throttle\":" + std::to_string(throttled) +
                        ",\"fail\":0,\"lose_answer\":" + std::to_string(lost)));
}

TEST(FaultPlan, TheNextCallsAreHitFirstAndOnlyThoseThatAreMeant) {
  FaultPlan plan;
  plan.add(*next(R"({"kind":"dynamodb.lose_answer","count":2,"only":"Query"})"));
  plan.add(*next(R"({"kind":"dynamodb.throttle"})"));
  EXPECT_EQ(draws(plan, 2), "T.");
  EXPECT_FALSE(plan.draw(FaultGroup::kConnectionsPost, "Query")) << "another group";
  EXPECT_EQ(plan.draw(FaultGroup::kDynamoDb, "Query")->kind, FaultKind::kLoseAnswer);
  EXPECT_EQ(plan.draw(FaultGroup::kDynamoDb, "Query")->kind, FaultKind::kLoseAnswer);
  EXPECT_FALSE(plan.draw(FaultGroup::kDynamoDb, "Query"));
  plan.add(*next(R"({"kind":"dynamodb.delay","ms":30})"));
  EXPECT_EQ(plan.draw(FaultGroup::kDynamoDbDelay, "Query")->delay, base::Duration(30));
  plan.add(*next(R"({"kind":"links.cut","count":9})"));
  plan.set({});
  EXPECT_FALSE(plan.draw(FaultGroup::kLinks, "c")) << "a new plan drops what was to come";
}

TEST(FaultPlan, ADelayHitsEveryCall) {
  FaultPlan plan;
  plan.set(*settings(R"({"dynamodb":{"delay_ms":20}})"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(plan.draw(FaultGroup::kDynamoDbDelay, "Scan")->delay, base::Duration(20));
  }
  EXPECT_EQ(plan.injected_count(FaultKind::kDelay), 3U);
}

TEST(FaultPlan, AKillComesAtARandomMomentWithinItsTime) {
  FaultPlan plan;
  plan.set(*settings(R"({"functions":{"kill":1,"kill_within_ms":3}})"));
  std::array<int, 4> delays{};
  for (int i = 0; i < 400; ++i) {
    const auto fault = plan.draw(FaultGroup::kFunctions, "f");
    ++delays.at(static_cast<std::size_t>(fault->delay.count()));
  }
  for (const int count : delays) EXPECT_GT(count, 50);
}

TEST(FaultSettings, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> plans[] = {
      {R"({"dynamo":{}})", "dynamo: expected seed or one of"},
      {R"({"links":0.5})", "links: expected"},
      {R"({"links":{"cut":1.5}})", "links.cut: expected a probability from 0 to 1, not 1.5"},
      {R"({"links":{"cut":"x"}})", "links.cut: expected a probability"},
      {R"({"links":{"snap":1}})", "there is no fault links.snap; there are dynamodb.throttle"},
      {R"({"links":{"cut":0.6,"half_open":0.6}})", "more than 1"},
      {R"({"dynamodb":{"delay_ms":-1}})", "dynamodb.delay_ms: expected milliseconds"},
      {R"({"dynamodb":{"delay":0.5}})", "there is no fault dynamodb.delay"},
      {R"({"seed":1.5})", "seed: expected a whole number"},
  };
  for (const auto& [text, words] : plans) {
    const auto read = settings(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(words));
  }
  const std::pair<const char*, const char*> nexts[] = {
      {"{}", "kind: expected one of dynamodb.throttle"},
      {R"({"kind":"links.snap"})", R"(not "links.snap")"},
      {R"({"kind":"links"})", R"(not "links")"},
      {R"({"kind":"links.cut","count":0})", "count: expected a whole number from 1"},
      {R"({"kind":"links.cut","only":3})", "only: expected"},
      {R"({"kind":"links.cut","often":3})", "often: expected kind, count, only"},
  };
  for (const auto& [text, words] : nexts) {
    const auto read = next(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(words));
  }
}

}  // namespace
}  // namespace beckon::emulator
