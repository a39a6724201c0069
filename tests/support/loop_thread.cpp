// SPDX-License-Identifier: Apache-2.0
#include "tests/support/loop_thread.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "common/base/assert.h"
#include "tests/support/pending.h"

namespace beckon::tests {

LoopThread::LoopThread() : wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  BECKON_ASSERT(wake_fd_ >= 0);
  loop_.watch(wake_fd_, EPOLLIN, [this](std::uint32_t) { work(); });
  thread_ = std::thread([this] { loop_.run(); });
}

LoopThread::~LoopThread() {
  run([this] { loop_.stop(); });
  thread_.join();
  loop_.unwatch(wake_fd_);
  close(wake_fd_);
}

void LoopThread::run(const std::function<void()>& function) {
  Pending<bool> done;
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back([&] {
      function();
      done.set(true);
    });
  }
  const std::uint64_t one = 1;
  BECKON_ASSERT(write(wake_fd_, &one, sizeof one) == sizeof one);
  done.get();
}

void LoopThread::work() {
  std::uint64_t count = 0;
  if (read(wake_fd_, &count, sizeof count) < 0) return;
  std::vector<std::function<void()>> queue;
  {
    const std::lock_guard lock(mutex_);
    queue.swap(queue_);
  }
  for (const auto& function : queue) function();
}

}  // namespace beckon::tests
