// SPDX-License-Identifier: Apache-2.0
#include "agent/backoff.h"

#include <algorithm>

namespace beckon::agent {
namespace {

constexpr int kThrottleSteps = 3;
constexpr int kThrottlesAtCap = 5;  // so many say that the fleet is larger than the cap is made for
constexpr int kFailuresMax = 30;    // 2^30 times any base is beyond every cap

base::Duration doubled(base::Duration limit, int times, base::Duration cap) {
  for (int i = 0; i < times && limit < cap; ++i) limit = std::min(limit * 2, cap);
  return limit;
}

}  // namespace

base::Duration Backoff::next(Setback setback, const Timing& timing, Random& random) {
  if (setback != Setback::kRefused) refused_count_ = 0;
  if (setback == Setback::kRefused && ++refused_count_ > 1) {
    return random.between(timing.refused_delay / 2, timing.refused_delay * 3 / 2);
  }
  const bool throttled = setback == Setback::kThrottled;
  if (throttled) failures_ = std::min(failures_ + kThrottleSteps, kFailuresMax);
  const base::Duration base = std::min(timing.backoff_base, timing.backoff_cap);
  const base::Duration limit = doubled(base, failures_, timing.backoff_cap);
  failures_ = std::min(failures_ + 1, kFailuresMax);
  if (!throttled) return random.between(base::Duration(0), limit);
  throttled_count_ = std::min(throttled_count_ + 1, kFailuresMax);
  const base::Duration longer =
      doubled(limit, throttled_count_ - kThrottlesAtCap, timing.throttled_cap);
  return random.between(longer / 2, longer);
}

void Backoff::accepted() {
  refused_count_ = 0;
  throttled_count_ = 0;
}

void Backoff::reset() {
  failures_ = 0;
  accepted();
}

}  // namespace beckon::agent
