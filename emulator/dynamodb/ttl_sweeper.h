// SPDX-License-Identifier: Apache-2.0
// Calls DynamoDbService::sweep_expired from a timer of the loop.
#pragma once

#include "common/base/time.h"
#include "emulator/dynamodb/service.h"
#include "emulator/loop/event_loop.h"

namespace beckon::emulator::dynamodb {

class TtlSweeper {
 public:
  // The loop and the service must outlive the sweeper. interval: between sweeps; while one finds
  // more than it may remove at a time, the next comes at once. Must be positive.
  TtlSweeper(EventLoop& loop, DynamoDbService& service, base::Duration interval);
  ~TtlSweeper();
  TtlSweeper(const TtlSweeper&) = delete;
  TtlSweeper& operator=(const TtlSweeper&) = delete;

 private:
  void schedule(base::Duration after);

  EventLoop& loop_;
  DynamoDbService& service_;
  base::Duration interval_;
  EventLoop::TimerId timer_ = 0;
};

}  // namespace beckon::emulator::dynamodb
