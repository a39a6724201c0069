// SPDX-License-Identifier: Apache-2.0
// DynamoDB with faults: a wrapper around the service that refuses, delays, and does a call without
// telling so. Without a fault plan it only passes calls on.
#pragma once

#include <functional>
#include <string_view>

#include "emulator/aws/service.h"
#include "emulator/control/fault_plan.h"
#include "emulator/loop/event_loop.h"

namespace beckon::emulator {

class FaultyDynamoDb final : public AwsService {
 public:
  // All must outlive it.
  FaultyDynamoDb(AwsService& real, FaultPlan& plan, EventLoop& loop)
      : real_(real), plan_(plan), loop_(loop) {}

  std::string_view target_prefix() const override { return real_.target_prefix(); }
  std::string_view signing_name() const override { return real_.signing_name(); }
  void handle(std::string_view operation, json::View input,
              std::function<void(AwsReply)> done) override;

 private:
  void call(std::string_view operation, json::View input, std::function<void(AwsReply)> done);

  AwsService& real_;
  FaultPlan& plan_;
  EventLoop& loop_;
};

}  // namespace beckon::emulator
