// SPDX-License-Identifier: Apache-2.0
// Two kinds of time that cannot be mixed: Instant is monotonic and paces everything; WallTime is
// the calendar's and is only shown, signed or compared with other machines' stamps.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "common/base/error.h"

namespace beckon::base {

using Duration = std::chrono::milliseconds;

// A monotonic point in time. Its zero is arbitrary (tests start at 0); it goes on during suspend
// where the platform has such a clock.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using Instant = MonotonicClock::time_point;

// Milliseconds since 1970-01-01T00:00:00Z.
struct WallTime {
  std::int64_t unix_ms = 0;
  auto operator<=>(const WallTime&) const = default;
};

// The operating system's clocks (Linux: CLOCK_BOOTTIME and CLOCK_REALTIME).
Instant monotonic_now();
WallTime wall_now();

// "2026-11-21T07:00:00Z"; with_ms: "2026-11-21T07:00:00.123Z".
std::string format_rfc3339(WallTime time, bool with_ms = false);

// Reads what format_rfc3339 writes, with or without a fraction, and ±hh:mm offsets. kInvalid.
Result<WallTime> parse_rfc3339(std::string_view text);

// "1500ms", "30s", "8m", "1h", "7d", or a sum of such parts ("1h30m"). No sign, no spaces.
// kInvalid, with what was expected.
Result<Duration> parse_duration(std::string_view text);

}  // namespace beckon::base
