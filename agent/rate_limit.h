// SPDX-License-Identifier: Apache-2.0
// How often something may happen: a token bucket over monotonic time, in whole numbers. Decides
// nothing about what happens to what comes too often.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/config_reader.h"
#include "common/base/time.h"

namespace beckon::agent {

struct Rate {
  std::int64_t per_minute = 0;  // in the long run
  std::int64_t burst = 0;       // at once, after a pause
};

// Reads {"per_minute":30, "burst":10}; without burst it is per_minute. Absent: nothing. Errors are
// with the reader.
std::optional<Rate> read_rate(ObjectReader& config);

class TokenBucket {
 public:
  TokenBucket(const Rate& rate, base::Instant now);

  // True if it may happen now; it has not been counted yet.
  bool ready(base::Instant now);
  // It happens: after ready() said yes.
  void take();

  const Rate& rate() const { return rate_; }

 private:
  Rate rate_;
  std::int64_t level_;  // kParts are one token: a millisecond fills in per_minute of them
  base::Instant filled_at_;
};

}  // namespace beckon::agent
