// SPDX-License-Identifier: Apache-2.0
#include "agent/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace beckon::agent {
namespace {

TEST(Backoff, FullJitterIsUniformBelowADoublingBoundUpToTheCap) {
  const Timing timing;
  Random random(1);
  for (int failures = 0; failures < 10; ++failures) {
    const double limit_ms = std::min(1000.0 * (1 << failures), 60'000.0);
    double sum_ms = 0;
    double low = limit_ms;
    double high = 0;
    constexpr int kDraws = 4000;
    for (int draw = 0; draw < kDraws; ++draw) {
      Backoff backoff;
      base::Duration delay{};
      for (int i = 0; i <= failures; ++i) delay = backoff.next(Setback::kLost, timing, random);
      const auto ms = static_cast<double>(delay.count());
      ASSERT_LE(ms, limit_ms);
      sum_ms += ms;
      low = std::min(low, ms);
      high = std::max(high, ms);
    }
    EXPECT_NEAR(sum_ms / kDraws, limit_ms / 2, limit_ms * 0.03) << failures;
    EXPECT_LT(low, limit_ms * 0.01);
    EXPECT_GT(high, limit_ms * 0.99);
  }
}

TEST(Backoff, AThrottledDeviceWaitsLongerAndNeverTriesAtOnce) {
  const Timing timing;
  const base::Duration bounds[] = {8s, 60s, 60s, 60s, 60s, 120s, 240s, 300s, 300s};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    Backoff backoff;
    for (const base::Duration bound : bounds) {
      const base::Duration delay = backoff.next(Setback::kThrottled, timing, random);
      ASSERT_GE(delay, bound / 2);
      ASSERT_LE(delay, bound);
    }
  }
}

TEST(Backoff, ManyThrottlesLengthenNothingElseAndEndWhenTheDeviceIsLetIn) {
  const Timing timing;
  Random random(1);
  Backoff backoff;
  for (int i = 0; i < 20; ++i) backoff.next(Setback::kThrottled, timing, random);
  for (int i = 0; i < 100; ++i) {
    Backoff copy = backoff;
    EXPECT_LE(copy.next(Setback::kLost, timing, random), 60s);
  }
  EXPECT_GE(backoff.next(Setback::kThrottled, timing, random), 150s);
  backoff.accepted();
  EXPECT_LE(backoff.next(Setback::kThrottled, timing, random), 60s);
  backoff.reset();
  EXPECT_LE(backoff.next(Setback::kThrottled, timing, random), 8s);
}

TEST(Backoff, ACapBelowTheBaseHolds) {
  Timing timing;
  timing.backoff_base = 10s;
  timing.backoff_cap = 1s;
  timing.throttled_cap = 500ms;
  Random random(1);
  Backoff backoff;
  for (int i = 0; i < 20; ++i) EXPECT_LE(backoff.next(Setback::kThrottled, timing, random), 1s);
  EXPECT_LE(backoff.next(Setback::kLost, timing, random), 1s);
}

TEST(Backoff, AResetStartsAnew) {
  const Timing timing;
  Random random(1);
  Backoff backoff;
  for (int i = 0; i < 20; ++i) backoff.next(Setback::kLost, timing, random);
  backoff.reset();
  for (int i = 0; i < 100; ++i) {
    Backoff copy = backoff;
    EXPECT_LE(copy.next(Setback::kLost, timing, random), 1s);
  }
}

TEST(Backoff, AnAcceptedDeviceGetsASoonRetryAgainAfterARefusal) {
  const Timing timing;
  Random random(1);
  Backoff backoff;
  backoff.next(Setback::kRefused, timing, random);
  EXPECT_GE(backoff.next(Setback::kRefused, timing, random), 90s);
  backoff.accepted();
  EXPECT_LE(backoff.next(Setback::kRefused, timing, random), 2s);
}

}  // namespace
}  // namespace beckon::agent
