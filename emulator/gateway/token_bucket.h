// SPDX-License-Identifier: Apache-2.0
// API Gateway's throttle: a bucket that fills at a steady rate up to one second's worth.
#pragma once

#include <algorithm>

#include "common/base/time.h"

namespace beckon::emulator {

class TokenBucket {
 public:
  // rate_per_s 0: no limit.
  TokenBucket(double rate_per_s, base::Instant now)
      : rate_per_s_(rate_per_s), tokens_(rate_per_s), filled_at_(now) {}

  // Takes a token if there is one.
  bool take(base::Instant now) {
    if (rate_per_s_ <= 0) return true;
    const auto passed_ms = static_cast<double>((now - filled_at_).count());
    tokens_ = std::min(rate_per_s_, tokens_ + passed_ms * rate_per_s_ / 1000.0);
    filled_at_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double rate_per_s_;
  double tokens_;
  base::Instant filled_at_;
};

}  // namespace beckon::emulator
