// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/async_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/assert.h"
#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kPrefix = "async/";
// Between two tries of writing an event's end to a store that refuses.
constexpr base::Duration kStoreRetryDelay = std::chrono::seconds(5);

}  // namespace

base::Result<std::vector<base::Duration>> parse_retry_delays(std::string_view text) {
  std::vector<base::Duration> delays;
  while (true) {
    const std::size_t comma = text.find(',');
    const base::Result<base::Duration> delay = base::parse_duration(text.substr(0, comma));
    if (!delay) return std::unexpected(delay.error());
    delays.push_back(*delay);
    if (comma == std::string_view::npos) return delays;
    text.remove_prefix(comma + 1);
  }
}

AsyncQueue::AsyncQueue(const std::map<std::string, FunctionModel>& functions, Invoker& invoker,
                       Queues& queues, EventStore& store, Scheduler& scheduler,
                       AsyncQueueOptions options, base::LogSink& log)
    : functions_(functions),
      invoker_(invoker),
      queues_(queues),
      store_(store),
      scheduler_(scheduler),
      options_(std::move(options)),
      log_(log, "async") {
  BECKON_ASSERT(options_.concurrency_max > 0);
  for (const auto& [name, model] : functions_)
    lanes_[name].allowed_count = options_.concurrency_max;
}

AsyncQueue::~AsyncQueue() = default;

Scheduler::TimerId AsyncQueue::call_after(base::Duration after, std::function<void()> callback) {
  return scheduler_.call_after(
      after, [alive = std::weak_ptr<char>(alive_), callback = std::move(callback)] {
        if (!alive.expired()) callback();
      });
}

StoreChange AsyncQueue::to_change(const Task& task) {
  json::Writer writer;
  writer.begin_object()
      .member("id", task.event.id)
      .member("function", task.event.function)
      .member("accepted", task.accepted_unix_ms)
      .member("invokes", task.invokes_count)
      .member("payload", task.event.payload)
      .end_object();
  return {fmt::format("{}{}", kPrefix, task.event.id), writer.take()};
}

std::size_t AsyncQueue::resume() {
  std::vector<Task> found;
  store_.for_each(kPrefix, [&](const std::string&, const std::string& value) {
    const auto document = json::parse(value, json::kDepthMaxHost);
    if (!document) return;
    Task task;
    task.event = {std::string((*document)["id"].string_or("")),
                  std::string((*document)["function"].string_or("")),
                  std::string((*document)["payload"].string_or(""))};
    task.accepted_unix_ms = (*document)["accepted"].integer().value_or(0);
    task.invokes_count = static_cast<int>((*document)["invokes"].integer().value_or(0));
    if (functions_.contains(task.event.function)) {
      found.push_back(std::move(task));
    } else {
      log_.warning("a stored event waits for %s, which the template no longer has; it is kept",
                   task.event.function.c_str());
    }
  });
  std::ranges::sort(found, {}, &Task::accepted_unix_ms);
  for (Task& task : found) take_up(std::move(task), base::Duration(0));
  return found.size();
}

base::Status AsyncQueue::admits(const std::string& function) const {
  const auto lane = lanes_.find(function);
  if (lane == lanes_.end()) {
    return base::fail(base::ErrorCode::kNotFound, "Function not found: " + function);
  }
  if (lane->second.tasks_count >= options_.events_max) {
    return base::fail(base::ErrorCode::kLimit, fmt::format("{} events wait for {} already",
                                                           lane->second.tasks_count, function));
  }
  return {};
}

base::Status AsyncQueue::enqueue(std::vector<AsyncEvent> events) {
  std::vector<Task> tasks;
  std::vector<StoreChange> changes;
  for (AsyncEvent& event : events) {
    BECKON_ASSERT(lanes_.contains(event.function));
    Task task;
    task.event = std::move(event);
    task.accepted_unix_ms = scheduler_.wall_now().unix_ms;
    changes.push_back(to_change(task));
    tasks.push_back(std::move(task));
  }
  if (auto status = store_.apply(changes); !status) return status;
  for (Task& task : tasks) take_up(std::move(task), base::Duration(0));
  return {};
}

void AsyncQueue::take_up(Task task, base::Duration after) {
  const std::string id = task.event.id;
  const std::string function = task.event.function;
  ++lanes_.at(function).tasks_count;
  tasks_.insert_or_assign(id, std::move(task));
  if (after.count() > 0) {
    call_after(after, [this, id] { make_ready(id); });
    return;
  }
  lanes_.at(function).ready.push_back(id);
  pump(function);
}

void AsyncQueue::make_ready(const std::string& id) {
  const auto task = tasks_.find(id);
  if (task == tasks_.end()) return;
  lanes_.at(task->second.event.function).ready.push_back(id);
  pump(task->second.event.function);
}

bool AsyncQueue::is_too_old(const Task& task) const {
  const base::Duration age(scheduler_.wall_now().unix_ms - task.accepted_unix_ms);
  return age > functions_.at(task.event.function).async_age_max;
}

void AsyncQueue::pump(const std::string& function) {
  Lane& lane = lanes_.at(function);
  while (!lane.ready.empty() && lane.running_count < lane.allowed_count &&
         lane.blocked_until == 0) {
    const std::string id = lane.ready.front();
    lane.ready.pop_front();
    if (is_too_old(tasks_.at(id))) {
      give_up(id, "EventAgeExceeded");
    } else {
      start(lane, id);
    }
  }
}

void AsyncQueue::start(Lane& lane, const std::string& id) {
  ++lane.running_count;
  const Task& task = tasks_.at(id);
  invoker_.invoke(task.event.function, task.event.payload, task.event.id,
                  [this, id, alive = std::weak_ptr<char>(alive_)](InvokeResult result) {
                    if (!alive.expired()) finished(id, std::move(result));
                  });
}

void AsyncQueue::finished(const std::string& id, InvokeResult result) {
  Task& task = tasks_.at(id);
  const std::string function = task.event.function;
  Lane& lane = lanes_.at(function);
  --lane.running_count;
  switch (result.outcome) {
    case InvokeResult::Outcome::kThrottled:
    case InvokeResult::Outcome::kUnavailable: throttled(lane, task, result); break;
    case InvokeResult::Outcome::kSuccess:
    case InvokeResult::Outcome::kFunctionError:
      lane.backoff = base::Duration(0);
      lane.allowed_count = std::min(options_.concurrency_max, lane.allowed_count + 1);
      if (lane.blocked_until != 0) {
        scheduler_.cancel(lane.blocked_until);
        lane.blocked_until = 0;
      }
      if (result.outcome == InvokeResult::Outcome::kSuccess) {
        forget(id);
      } else {
        task.answered = true;
        task.answer = std::move(result.payload);
        failed(task);
      }
  }
  pump(function);
}

// The event stays at the front. With others of the function under way it goes on when one of them
// ends; otherwise after a while.
void AsyncQueue::throttled(Lane& lane, Task& task, InvokeResult& result) {
  task.answered = false;
  task.answer = std::move(result.payload);
  lane.ready.push_front(task.event.id);
  lane.allowed_count = std::max(1, lane.running_count);
  if (lane.running_count > 0) return;
  lane.backoff = std::clamp(lane.backoff * 2, options_.backoff_min, options_.backoff_max);
  log_.warning("%s: %s; trying again in %lld ms", task.event.function.c_str(),
               task.answer.empty() ? "throttled" : task.answer.c_str(),
               static_cast<long long>(lane.backoff.count()));
  lane.blocked_until = call_after(lane.backoff, [this, function = task.event.function] {
    lanes_.at(function).blocked_until = 0;
    pump(function);
  });
}

void AsyncQueue::failed(Task& task) {
  ++task.invokes_count;
  const FunctionModel& model = functions_.at(task.event.function);
  if (task.invokes_count > model.async_retries_max)
    return give_up(task.event.id, "RetriesExhausted");
  const std::vector<base::Duration>& delays = options_.retry_delays;
  const std::size_t at =
      std::min(static_cast<std::size_t>(task.invokes_count) - 1, delays.size() - 1);
  const base::Duration delay = delays.empty() ? base::Duration(0) : delays[at];
  log_.info("%s %s failed, retry %d of %d in %lld ms", task.event.function.c_str(),
            task.event.id.c_str(), task.invokes_count, model.async_retries_max,
            static_cast<long long>(delay.count()));
  const StoreChange change = to_change(task);
  if (auto status = store_.apply({&change, 1}); !status) {
    log_.warning("%s: a restart now would give %s all its retries again",
                 status.error().message.c_str(), task.event.id.c_str());
  }
  call_after(delay, [this, id = task.event.id] { make_ready(id); });
}

bool AsyncQueue::send(const std::string& queue, QueueMessage message) {
  if (queue.empty() || !queues_.contains(queue)) return true;
  const auto sent = queues_.send(queue, std::move(message));
  if (!sent)
    log_.error("cannot store a dead letter in %s: %s", queue.c_str(), sent.error().message.c_str());
  return sent.has_value();
}

void AsyncQueue::give_up(const std::string& id, std::string_view condition) {
  const Task& task = tasks_.at(id);
  const FunctionModel& model = functions_.at(task.event.function);
  FailedInvocation lost;
  lost.request_id = id;
  lost.function_arn = fmt::format("arn:aws:lambda:{}:{}:function:{}", options_.region,
                                  options_.account, task.event.function);
  lost.event = task.event.payload;
  lost.condition = condition;
  lost.invokes_count = task.invokes_count;
  lost.answered = task.answered;
  lost.answer = task.answer;
  lost.ended_unix_ms = scheduler_.wall_now().unix_ms;
  const FailureText why = failure_text(lost);
  const bool kept = send(model.async_on_failure_queue, on_failure_record(lost)) &&
                    send(model.async_dead_letter_queue, dead_letter_of_function(lost));
  if (!kept) {
    call_after(kStoreRetryDelay, [this, id, condition] {
      if (tasks_.contains(id)) give_up(id, condition);
    });
    return;
  }
  const bool has_queue =
      !model.async_on_failure_queue.empty() || !model.async_dead_letter_queue.empty();
  log_.error(
      "%s %s: given up (%.*s): %s: %s; the event is %s", task.event.function.c_str(), id.c_str(),
      static_cast<int>(condition.size()), condition.data(), why.code.c_str(), why.message.c_str(),
      has_queue ? "in the dead-letter queue" : "lost: the function has no dead-letter queue");
  forget(id);
}

void AsyncQueue::forget(const std::string& id) {
  const auto task = tasks_.find(id);
  const StoreChange change{fmt::format("{}{}", kPrefix, id), std::nullopt};
  if (auto status = store_.apply({&change, 1}); !status) {
    log_.warning("%s: a restart would invoke %s once more for %s", status.error().message.c_str(),
                 task->second.event.function.c_str(), id.c_str());
  }
  --lanes_.at(task->second.event.function).tasks_count;
  tasks_.erase(task);
}

}  // namespace beckon::emulator
