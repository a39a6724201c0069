// SPDX-License-Identifier: Apache-2.0
// What every part of a world shares: chance, time, the trace, and the verdict.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "common/base/time.h"
#include "tests/sim/dice.h"
#include "tests/sim/profile.h"
#include "tests/sim/schedule.h"
#include "tests/sim/trace.h"

namespace beckon::sim {

using namespace std::chrono_literals;

// The first promise that was broken; nothing happens after it.
struct Verdict {
  std::string invariant;  // "": none
  std::string message;    // what was expected, what came
  base::Instant at{};
};

struct Context {
  Context(std::uint64_t seed, bool print) : dice(seed), trace(print), profile(dice) {}

  base::Instant now() const { return schedule.now(); }
  base::WallTime wall() const { return {kStart_ms + now().time_since_epoch().count()}; }
  std::int64_t wall_s() const { return wall().unix_ms / 1000; }

  // Whether this trouble strikes here and now.
  bool strikes(Trouble trouble) {
    const std::uint32_t rate = profile.per_10000(trouble);
    return !calm && rate > 0 && dice.below(10000) < rate;
  }

  void broken(std::string invariant, std::string message) {
    if (!verdict.invariant.empty()) return;
    trace.line(now(), "BROKEN", invariant, message);
    verdict = {std::move(invariant), std::move(message), now()};
    schedule.stop();
  }

  static constexpr std::int64_t kStart_ms = 1'795'244'400'000;  // 2026-11-21T07:00:00Z

  Dice dice;
  Schedule schedule;
  Trace trace;
  Profile profile;
  Verdict verdict;
  bool calm = false;  // no trouble strikes any more
  base::Instant calm_since{};
  bool settled = false;  // and what it left behind has passed
};

}  // namespace beckon::sim
