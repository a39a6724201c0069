// SPDX-License-Identifier: Apache-2.0
// The emulator's one thread: file descriptors, timers, and work put off to the next turn. All of
// the emulator runs on it; nothing in the emulator is called from another thread.
#pragma once

#include <cstdint>
#include <functional>

#include "common/base/error.h"
#include "common/base/time.h"

namespace beckon::emulator {

class EventLoop {
 public:
  using TimerId = std::uint64_t;  // never reused; 0 is no timer

  EventLoop();
  // Destroys the callbacks that are left, without calling them. What they own may still unwatch,
  // set_events, cancel and post.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls ready(epoll_events) when fd is readable (EPOLLIN), writable (EPOLLOUT), … as in
  // epoll_ctl(2), level-triggered. The loop does not own fd: unwatch before closing it. unwatch
  // and set_events may be called from inside any callback.
  void watch(int fd, std::uint32_t epoll_events, std::function<void(std::uint32_t)> ready);
  void set_events(int fd, std::uint32_t epoll_events);
  void unwatch(int fd);

  // Calls once, not before `after` has passed. cancel() of a fired or unknown id does nothing.
  TimerId call_after(base::Duration after, std::function<void()> callback);
  void cancel(TimerId id);

  // Calls in the next turn, in order. For leaving a call stack before going on.
  void post(std::function<void()> callback);

  // Returns after stop(). stop() may be called from a callback.
  void run();
  void stop();

 private:
  struct State;
  State* state_;
};

}  // namespace beckon::emulator
