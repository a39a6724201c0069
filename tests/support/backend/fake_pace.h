// SPDX-License-Identifier: Apache-2.0
// Time and chance under the test's control: waiting moves the clock, nothing else does.
#pragma once

#include "lambdas/aws/pace.h"

namespace beckon::tests {

class FakePace final : public lambdas::Pace {
 public:
  explicit FakePace(std::uint64_t seed) : state_(seed) {}

  base::Instant now() override { return base::Instant(elapsed_); }
  base::WallTime wall_now() override { return {kStart_ms + elapsed_.count()}; }
  void wait(base::Duration duration) override { elapsed_ += duration; }
  std::uint32_t random() override {
    // SplitMix64's step: every seed gives a different, repeatable run.
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<std::uint32_t>((mixed ^ (mixed >> 31)) >> 32);
  }

 private:
  static constexpr std::int64_t kStart_ms = 1'795'244'400'000;  // 2026-11-21T07:00:00Z
  base::Duration elapsed_{0};
  std::uint64_t state_;
};

}  // namespace beckon::tests
