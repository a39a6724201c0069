// SPDX-License-Identifier: Apache-2.0
// The agent's alarm, and whether the machine slept.
//
// All of the session's time is CLOCK_BOOTTIME (base::monotonic_now): never set, and it goes on
// while the machine is suspended. A timer on CLOCK_MONOTONIC, as libwebsockets' are, would come
// late by as long as that was; this one is a timerfd on the same clock as the session, so that what
// fell due in the meantime is done at once at the resume. It is armed with the session's own next
// deadline and nothing else: it costs no wake-up of its own.
//
// What did not fall due is noticed at the next wake-up, whatever it is for: a network interface
// that comes back, a packet, a signal, the alarm.
#pragma once

#include <memory>
#include <optional>

#include "common/base/error.h"
#include "common/base/time.h"
#include "platform/lws/loop.h"

namespace beckon::platform {

class BootAlarm final : private DescriptorWatcher {
 public:
  // watcher is called once for each time that was set, not before it. Errors: kIo, kLimit.
  static base::Result<std::unique_ptr<BootAlarm>> create(Loop& loop, TimerWatcher& watcher);
  ~BootAlarm();

  // Instead of any time set before. Past: soon. Nothing: not at all.
  void set(std::optional<base::Instant> at);

 private:
  BootAlarm(Loop& loop, TimerWatcher& watcher) : loop_(loop), watcher_(watcher) {}
  bool readable() override;
  void hung_up() override {}

  Loop& loop_;
  TimerWatcher& watcher_;
  int fd_ = -1;  // the loop's
  std::optional<base::Instant> at_;
};

// Tells from the two clocks that the machine was suspended. Pure: the times go in.
class SuspendWatch {
 public:
  // boot, monotonic: since any fixed instant, read one after the other. True if the machine was
  // suspended for kSuspendMin or longer since the last call; the first call is false.
  bool slept(base::Duration boot, base::Duration monotonic);
  // The same with the system's clocks.
  bool slept();

  // Connections live through less than this.
  static constexpr base::Duration kSuspendMin{3'000};

 private:
  std::optional<base::Duration> suspended_;  // in total, when last looked
};

}  // namespace beckon::platform
