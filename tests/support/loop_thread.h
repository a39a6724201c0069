// SPDX-License-Identifier: Apache-2.0
// An event loop on a thread of its own, so that a test can be the client of what runs on it with
// plain blocking sockets.
#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "emulator/loop/event_loop.h"

namespace beckon::tests {

class LoopThread {
 public:
  LoopThread();
  // Ends the loop and its thread. What was made on the loop must have been destroyed with run().
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // Only to be used inside run().
  emulator::EventLoop& loop() { return loop_; }

  // Runs the function on the loop's thread and returns when it is done.
  void run(const std::function<void()>& function);

 private:
  void work();

  emulator::EventLoop loop_;
  int wake_fd_ = -1;
  std::mutex mutex_;
  std::vector<std::function<void()>> queue_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace beckon::tests
