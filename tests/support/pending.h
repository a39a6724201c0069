// SPDX-License-Identifier: Apache-2.0
// A value that another thread will bring. What std::future is, with the difference that the thread
// sanitizer sees how it synchronises.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "common/base/time.h"

namespace beckon::tests {

template <class T>
class Pending {
 public:
  void set(T value) const {
    const std::lock_guard lock(state_->mutex);
    state_->value = std::move(value);
    state_->changed.notify_all();
  }

  // True as soon as the value is there, false if it does not come within that time.
  bool comes_within(base::Duration time) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, time, [this] { return state_->value.has_value(); });
  }

  // Waits without end.
  T get() const {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [this] { return state_->value.has_value(); });
    return *state_->value;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<T> value;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace beckon::tests
