// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/ttl_sweeper.h"

#include "common/base/assert.h"

namespace beckon::emulator::dynamodb {

TtlSweeper::TtlSweeper(EventLoop& loop, DynamoDbService& service, base::Duration interval)
    : loop_(loop), service_(service), interval_(interval) {
  BECKON_ASSERT(interval > base::Duration::zero());
  schedule(interval_);
}

TtlSweeper::~TtlSweeper() {
  loop_.cancel(timer_);
}

void TtlSweeper::schedule(base::Duration after) {
  timer_ = loop_.call_after(after, [this] {
    const bool more = service_.sweep_expired() >= DynamoDbService::kSweepBatch;
    schedule(more ? base::Duration::zero() : interval_);
  });
}

}  // namespace beckon::emulator::dynamodb
