// SPDX-License-Identifier: Apache-2.0
// The session's dice: a seeded generator, the same sequence on every compiler and platform. For
// spreading load, not for secrets.
#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace beckon::agent {

// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  // Uniform in [low, high], to the millisecond; low if high is not above it. The bias of the
  // remainder is below 2^-30 for spans under a week. One call per statement: the order of two draws
  // in one expression is the compiler's.
  base::Duration between(base::Duration low, base::Duration high) {
    if (high <= low) return low;
    const auto span_ms = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + base::Duration(static_cast<std::int64_t>(next() % span_ms));
  }

 private:
  std::uint64_t state_;
};

}  // namespace beckon::agent
