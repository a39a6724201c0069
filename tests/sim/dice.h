// SPDX-License-Identifier: Apache-2.0
// The world's chance: whole numbers from one seeded generator, the same on every platform. One draw
// per statement: the order of two draws in one expression is the compiler's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "agent/random.h"

namespace beckon::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  std::uint64_t next() { return random_.next(); }
  // Uniform in [0, count); count above 0. The bias is of no interest here.
  std::uint64_t below(std::uint64_t count) { return random_.next() % count; }
  std::size_t index(std::size_t count) { return static_cast<std::size_t>(below(count)); }
  // Uniform in [low, high].
  std::uint64_t from(std::uint64_t low, std::uint64_t high) { return low + below(high - low + 1); }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  base::Duration between(base::Duration low, base::Duration high) {
    return random_.between(low, high);
  }

 private:
  agent::Random random_;
};

}  // namespace beckon::sim
