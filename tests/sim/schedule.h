// SPDX-License-Identifier: Apache-2.0
// Virtual time and what happens when. One task runs at a time; a task that takes time (a Lambda
// function between two calls) lets the others run meanwhile, nested on the stack. Time never goes
// backwards; a task may run later than it wanted, as on a busy machine.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "common/base/time.h"

namespace beckon::sim {

class Schedule {
 public:
  using Task = std::function<void()>;

  base::Instant now() const { return now_; }
  void at(base::Instant at, Task task);
  void after(base::Duration delay, Task task) { at(now_ + delay, std::move(task)); }

  // Runs what is due until then; the time is then at least `until`.
  void run_until(base::Instant until);
  // Called by a task: so much time passes, and others run. Below kDepthMax tasks on the stack;
  // above, time passes and the others are late.
  void pass(base::Duration duration);

  // Nothing runs any more.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  std::uint64_t tasks_run() const { return tasks_run_; }
  // More tasks than any world needs: somebody runs in circles.
  bool exhausted() const { return tasks_run_ >= kTasksMax; }

  static constexpr int kDepthMax = 4;
  static constexpr std::uint64_t kTasksMax = 200'000;

 private:
  using Key = std::pair<base::Instant, std::uint64_t>;  // what is due together keeps its order

  base::Instant now_{};
  std::map<Key, Task> tasks_;
  std::uint64_t last_number_ = 0;
  std::uint64_t tasks_run_ = 0;
  int depth_ = 0;
  bool stopped_ = false;
};

}  // namespace beckon::sim
