// SPDX-License-Identifier: Apache-2.0
// When a device tries again: ours, which is the product's own class, and what others do. A policy
// is the memory of one device since it lost its link; delay() is asked after every failure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "agent/backoff.h"
#include "agent/random.h"
#include "agent/timing.h"
#include "common/base/time.h"

namespace beckon::bench {

using agent::Random;
using agent::Setback;
using namespace std::chrono_literals;

// kAlike: devices that lost their link in the same millisecond do the same for ever, so that one
// stands for all of them.

struct Ours {
  static constexpr const char* kName = "**Beckon**";
  static constexpr bool kAlike = false;
  static constexpr agent::Timing kTiming{};  // the defaults
  base::Duration delay(Setback setback, Random& random) {
    return backoff.next(setback, kTiming, random);
  }
  agent::Backoff backoff;
};

// What ours would be if 429 had no cap of its own.
struct OneCap {
  static constexpr const char* kName = "Beckon, throttled_cap 60 s";
  static constexpr bool kAlike = false;
  base::Duration delay(Setback setback, Random& random) {
    static constexpr agent::Timing kTiming{.throttled_cap = 60s};
    return backoff.next(setback, kTiming, random);
  }
  agent::Backoff backoff;
};

template <int Seconds>
struct Fixed {
  static constexpr const char* kName = Seconds == 1 ? "fixed 1 s" : "fixed 10 s";
  static constexpr bool kAlike = true;
  static base::Duration delay(Setback, Random&) { return std::chrono::seconds(Seconds); }
};

struct Doubling {
  static constexpr const char* kName = "1 s doubling to 60 s, no jitter";
  static constexpr bool kAlike = true;
  base::Duration delay(Setback, Random&) {
    const base::Duration now = next;
    next = std::min<base::Duration>(next * 2, 60s);
    return now;
  }
  base::Duration next = 1s;
};

// lws_retry_get_delay_ms() of libwebsockets 4.3.5 over the context's default table and jitter. (Its
// scheduling helper gives up after the table's end; a device that gives up is not compared here.)
struct Libwebsockets {
  static constexpr const char* kName = "libwebsockets 4.3.5";
  static constexpr bool kAlike = false;
  base::Duration delay(Setback, Random& random) {
    static constexpr std::array<std::uint64_t, 4> kTable_ms = {1000, 3000, 9000, 17000};
    static constexpr std::uint64_t kJitterPercent = 20;
    std::uint64_t ms = kTable_ms[std::min<std::size_t>(tries, kTable_ms.size() - 1)];
    const std::uint64_t ra = random.next() & 0xFFFF;
    ms += ((ms * kJitterPercent * ra) >> 16) / 100;
    if (tries < 0xFFFF) ++tries;
    return base::Duration(static_cast<std::int64_t>(ms));
  }
  std::uint16_t tries = 0;
};

// Amazon's "Exponential Backoff And Jitter": uniform between the base and three times the delay
// before, at most the cap.
struct Decorrelated {
  static constexpr const char* kName = "decorrelated jitter, 1 s to 60 s";
  static constexpr bool kAlike = false;
  base::Duration delay(Setback, Random& random) {
    last = std::min<base::Duration>(60s, random.between(1s, last * 3));
    return last;
  }
  base::Duration last = 1s;
};

}  // namespace beckon::bench
