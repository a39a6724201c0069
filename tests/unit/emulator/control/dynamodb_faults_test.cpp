// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/dynamodb_faults.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace beckon::emulator {
namespace {

// Keeps what it was asked and does it at once.
class RecordingService final : public AwsService {
 public:
  std::string_view target_prefix() const override { return "Prefix"; }
  std::string_view signing_name() const override { return "name"; }
  void handle(std::string_view operation, json::View, std::function<void(AwsReply)> done) override {
    calls.emplace_back(operation);
    done({.status = 200, .body = R"({"real":true})", .headers = {}});
  }
  std::vector<std::string> calls;
};

class DynamoDbFaults : public ::testing::Test {
 protected:
  AwsReply call(const std::string& operation) {
    AwsReply answer;
    answer.status = 0;
    faulty_.handle(operation, {}, [&](const AwsReply& reply) {
      answer = reply;
      loop_.stop();
    });
    if (answer.status == 0) loop_.run();
    return answer;
  }
  void hit(FaultKind kind, base::Duration delay = base::Duration(0)) {
    plan_.add({.kind = kind, .count = 1, .only = {}, .delay = delay});
  }

  EventLoop loop_;
  FaultPlan plan_;
  RecordingService real_;
  FaultyDynamoDb faulty_{real_, plan_, loop_};
};

TEST_F(DynamoDbFaults, AThrottledOrFailedCallIsNotDone) {
  hit(FaultKind::kThrottle);
  hit(FaultKind::kFail);
  const AwsReply throttled = call("PutItem");
  EXPECT_EQ(throttled.status, 400);
  EXPECT_NE(throttled.body.find("#ProvisionedThroughputExceededException"), std::string::npos);
  const AwsReply failed = call("PutItem");
  EXPECT_EQ(failed.status, 500);
  EXPECT_NE(failed.body.find("#InternalServerError"), std::string::npos);
  EXPECT_TRUE(real_.calls.empty());
  EXPECT_EQ(call("PutItem").body, R"({"real":true})");
}

TEST_F(DynamoDbFaults, ALostAnswerIsOfACallThatWasDone) {
  hit(FaultKind::kLoseAnswer);
  EXPECT_EQ(call("TransactWriteItems").status, 500);
  EXPECT_EQ(real_.calls, std::vector<std::string>{"TransactWriteItems"});
}

TEST_F(DynamoDbFaults, ADelayedCallIsDoneLaterAndMayStillFail) {
  hit(FaultKind::kDelay, base::Duration(30));
  base::Instant began = base::monotonic_now();
  EXPECT_EQ(call("GetItem").body, R"({"real":true})");
  EXPECT_GE(base::monotonic_now() - began, base::Duration(30));
  hit(FaultKind::kDelay, base::Duration(10));
  hit(FaultKind::kThrottle);
  EXPECT_EQ(call("GetItem").status, 400);
  EXPECT_EQ(faulty_.target_prefix(), "Prefix");
  EXPECT_EQ(faulty_.signing_name(), "name");
}

}  // namespace
}  // namespace beckon::emulator
