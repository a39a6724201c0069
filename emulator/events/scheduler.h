// SPDX-License-Identifier: Apache-2.0
// Time, as this folder sees it: so that a test owns the clock and hours pass in microseconds.
#pragma once

#include <cstdint>
#include <functional>

#include "common/base/time.h"
#include "emulator/loop/event_loop.h"

namespace beckon::emulator {

class Scheduler {
 public:
  using TimerId = std::uint64_t;  // never reused; 0 is no timer

  virtual base::Instant now() const = 0;
  virtual base::WallTime wall_now() const = 0;
  // Calls once, not before `after` has passed, never from inside this call.
  virtual TimerId call_after(base::Duration after, std::function<void()> callback) = 0;
  virtual void cancel(TimerId id) = 0;

 protected:
  ~Scheduler() = default;
};

class LoopScheduler final : public Scheduler {
 public:
  // loop must outlive this.
  explicit LoopScheduler(EventLoop& loop) : loop_(loop) {}

  base::Instant now() const override { return base::monotonic_now(); }
  base::WallTime wall_now() const override { return base::wall_now(); }
  TimerId call_after(base::Duration after, std::function<void()> callback) override {
    return loop_.call_after(after, std::move(callback));
  }
  void cancel(TimerId id) override { loop_.cancel(id); }

 private:
  EventLoop& loop_;
};

}  // namespace beckon::emulator
