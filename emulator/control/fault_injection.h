// SPDX-License-Identifier: Apache-2.0
// Puts the fault plan between the parts: asks it at each place where a fault can happen and does
// what it says. DynamoDB's place is dynamodb_faults.h.
#pragma once

#include <memory>
#include <random>

#include "emulator/control/fault_plan.h"
#include "emulator/functions/functions.h"
#include "emulator/gateway/gateway.h"
#include "emulator/loop/event_loop.h"

namespace beckon::emulator {

class FaultInjection {
 public:
  // All must outlive it, and none may run any more once it is gone. gateway: nullptr if there is
  // no WebSocket API.
  FaultInjection(EventLoop& loop, FaultPlan& plan, Functions& functions, Gateway* gateway);
  FaultInjection(const FaultInjection&) = delete;
  FaultInjection& operator=(const FaultInjection&) = delete;

 private:
  void on_invocation(const std::string& function, pid_t pid);

  EventLoop& loop_;
  FaultPlan& plan_;
  Functions& functions_;
};

}  // namespace beckon::emulator
