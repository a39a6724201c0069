// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/schedule.h"

#include <algorithm>

namespace beckon::sim {

void Schedule::at(base::Instant at, Task task) {
  tasks_.emplace(Key{std::max(at, now_), ++last_number_}, std::move(task));
}

void Schedule::run_until(base::Instant until) {
  while (!stopped_ && !exhausted() && !tasks_.empty() && tasks_.begin()->first.first <= until) {
    const auto first = tasks_.extract(tasks_.begin());
    now_ = std::max(now_, first.key().first);
    ++tasks_run_;
    first.mapped()();
  }
  now_ = std::max(now_, until);
}

void Schedule::pass(base::Duration duration) {
  const base::Instant until = now_ + duration;
  if (depth_ < kDepthMax) {
    ++depth_;
    run_until(until);
    --depth_;
  }
  now_ = std::max(now_, until);
}

}  // namespace beckon::sim
