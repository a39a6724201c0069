// SPDX-License-Identifier: Apache-2.0
// Fakes for tests of emulator/events: a clock that the test moves, functions that answer as told,
// a store that refuses on demand, a log that is kept.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/log.h"
#include "emulator/events/scheduler.h"
#include "emulator/events/store.h"
#include "emulator/functions/invoker.h"

namespace beckon::emulator::testing {

class FakeScheduler final : public Scheduler {
 public:
  base::Instant now() const override { return now_; }
  base::WallTime wall_now() const override {
    return {1'772'619'072'000 + now_.time_since_epoch().count()};
  }
  TimerId call_after(base::Duration after, std::function<void()> callback) override {
    timers_.emplace(std::pair(now_ + after, ++last_id_), std::move(callback));
    return last_id_;
  }
  void cancel(TimerId id) override {
    std::erase_if(timers_, [&](const auto& timer) { return timer.first.second == id; });
  }

  // Moves the clock and runs what becomes due, in order, each at its own time.
  void advance(base::Duration by) {
    const base::Instant until = now_ + by;
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      const auto timer = timers_.begin();
      now_ = std::max(now_, timer->first.first);
      const std::function<void()> callback = std::move(timer->second);
      timers_.erase(timer);
      callback();
    }
    now_ = until;
  }

  std::size_t timers_count() const { return timers_.size(); }

 private:
  base::Instant now_{};
  TimerId last_id_ = 0;
  std::map<std::pair<base::Instant, TimerId>, std::function<void()>> timers_;
};

// Answers after 1 ms of the scheduler's time with what `answer` says.
class FakeInvoker final : public Invoker {
 public:
  struct Call {
    std::string function;
    std::string event;
    std::string request_id;
    base::Instant at;
  };

  explicit FakeInvoker(Scheduler& scheduler) : scheduler_(scheduler) {}

  void invoke(const std::string& function, std::string event, std::string_view request_id,
              std::function<void(InvokeResult)> done) override {
    calls.push_back({function, std::move(event), std::string(request_id), scheduler_.now()});
    running = running + 1;
    running_max = std::max(running_max, running);
    scheduler_.call_after(duration, [this, call = calls.back(), done = std::move(done)] {
      --running;
      done(answer(call));
    });
  }

  static InvokeResult success() { return {InvokeResult::Outcome::kSuccess, "null", "", {}}; }
  static InvokeResult error() {
    return {InvokeResult::Outcome::kFunctionError,
            R"({"errorType":"Boom","errorMessage":"it broke"})",
            "",
            {}};
  }
  static InvokeResult throttled() { return {InvokeResult::Outcome::kThrottled, "", "", {}}; }
  static InvokeResult unavailable() {
    return {InvokeResult::Outcome::kUnavailable, "no bootstrap in /x", "", {}};
  }

  std::function<InvokeResult(const Call&)> answer = [](const Call&) { return success(); };
  base::Duration duration{1};
  std::vector<Call> calls;
  int running = 0;
  int running_max = 0;

 private:
  Scheduler& scheduler_;
};

// A store in memory. While `refuse` is set every change fails, as on a full disk.
class MemoryStore final : public EventStore {
 public:
  base::Status apply(std::span<const StoreChange> changes) override {
    if (refuse) return base::fail(base::ErrorCode::kIo, "No space left on device");
    for (const StoreChange& change : changes) {
      if (change.value) {
        entries[change.key] = *change.value;
      } else {
        entries.erase(change.key);
      }
    }
    return {};
  }
  void for_each(
      std::string_view prefix,
      const std::function<void(const std::string&, const std::string&)>& callback) const override {
    for (const auto& [key, value] : entries) {
      if (key.starts_with(prefix)) callback(key, value);
    }
  }

  std::map<std::string, std::string> entries;
  bool refuse = false;
};

class KeptLog final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view module, std::string_view text) override {
    lines.push_back(std::string(module) + ": " + std::string(text));
  }
  bool enabled(base::LogLevel) const override { return true; }
  bool has(std::string_view part) const {
    for (const std::string& line : lines) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

  std::vector<std::string> lines;
};

// "id-1", "id-2", …
inline std::function<std::string()> counted_ids() {
  return [count = 0]() mutable { return "id-" + std::to_string(++count); };
}

}  // namespace beckon::emulator::testing
