// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/boot_alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>
#include <ctime>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

namespace beckon::platform {
namespace {

base::Duration read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + base::Duration(now.tv_nsec / 1'000'000);
}

}  // namespace

base::Result<std::unique_ptr<BootAlarm>> BootAlarm::create(Loop& loop, TimerWatcher& watcher) {
  std::unique_ptr<BootAlarm> alarm(new BootAlarm(loop, watcher));
  const int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) {
    return base::fail(base::ErrorCode::kIo, std::string("timerfd_create: ") + std::strerror(errno));
  }
  if (auto watched = loop.watch(fd, *alarm); !watched) return std::unexpected(watched.error());
  alarm->fd_ = fd;
  return alarm;
}

BootAlarm::~BootAlarm() {
  if (fd_ >= 0) loop_.unwatch(*this);
}

void BootAlarm::set(std::optional<base::Instant> at) {
  if (at == at_) return;
  at_ = at;
  itimerspec spec{};  // all zero: disarmed
  if (at) {
    // Zero would disarm it; the first millisecond after the boot is past.
    const std::int64_t ms = std::max<std::int64_t>(at->time_since_epoch().count(), 1);
    spec.it_value.tv_sec = static_cast<time_t>(ms / 1000);
    spec.it_value.tv_nsec = static_cast<long>(ms % 1000 * 1'000'000);
  }
  timerfd_settime(fd_, TFD_TIMER_ABSTIME, &spec, nullptr);
}

bool BootAlarm::readable() {
  std::uint64_t times = 0;
  if (read(fd_, &times, sizeof times) != sizeof times) return true;  // set anew meanwhile
  at_.reset();
  watcher_.timer_fired();
  return true;
}

bool SuspendWatch::slept(base::Duration boot, base::Duration monotonic) {
  const base::Duration suspended = boot - monotonic;
  const bool first = !suspended_;
  const base::Duration since = first ? base::Duration(0) : suspended - *suspended_;
  // Small differences stay in the sum: several short ones become a long one.
  if (!first && since < kSuspendMin) return false;
  suspended_ = suspended;
  return !first;
}

bool SuspendWatch::slept() {
  const base::Duration monotonic = read_clock(CLOCK_MONOTONIC);
  return slept(read_clock(CLOCK_BOOTTIME), monotonic);
}

}  // namespace beckon::platform
