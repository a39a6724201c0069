// SPDX-License-Identifier: Apache-2.0
#include "agent/backoff.h"

#include <algorithm>

namespace beckon::agent {
namespace {

constexpr int kThrottleSteps = 3;
constexpr int kFailuresMax = 30;  // 2^30 times any base is beyond every cap

base::Duration bound(const Timing& timing, int failures) {
  base::Duration limit = timing.backoff_base;
  for (int i = 0; i < failures && limit < timing.backoff_cap; ++i) limit *= 2;
  return std::min(limit, timing.backoff_cap);
}

}  // namespace

base::Duration Backoff::next(Setback setback, const Timing& timing, Random& random) {
  if (setback != Setback::kRefused) refused_count_ = 0;
  if (setback == Setback::kRefused && ++refused_count_ > 1) {
    return random.between(timing.refused_delay / 2, timing.refused_delay * 3 / 2);
  }
  if (setback == Setback::kThrottled)
    failures_ = std::min(failures_ + kThrottleSteps, kFailuresMax);
  const base::Duration limit = bound(timing, failures_);
  failures_ = std::min(failures_ + 1, kFailuresMax);
  if (setback == Setback::kThrottled) return random.between(limit / 2, limit);
  return random.between(base::Duration(0), limit);
}

void Backoff::reset() {
  failures_ = 0;
  refused_count_ = 0;
}

}  // namespace beckon::agent
