// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/base/assert.h"
#include "emulator/functions/payloads.h"

namespace beckon::emulator {
namespace {

constexpr base::Duration kBuildRetry{100};
constexpr int kBuildWaitsMax = 30;

}  // namespace

FunctionPool::FunctionPool(FunctionsContext& context, const FunctionModel& function)
    : context_(context), function_(function), log_(context.log, "functions") {}

FunctionPool::~FunctionPool() {
  for (const auto timer : {scale_timer_, reap_timer_, build_timer_}) context_.loop.cancel(timer);
}

std::size_t FunctionPool::processes_max() const {
  return static_cast<std::size_t>(
      std::max(0, function_.reserved_concurrency.value_or(context_.options.concurrency_max)));
}

std::size_t FunctionPool::running_count() const {
  return static_cast<std::size_t>(std::count_if(processes_.begin(), processes_.end(),
                                                [](const auto& p) { return p->is_running(); }));
}

std::size_t FunctionPool::staying_count() const {
  return static_cast<std::size_t>(std::count_if(processes_.begin(), processes_.end(),
                                                [](const auto& p) { return !p->is_retired(); }));
}

void FunctionPool::answer_later(Invocation invocation, InvokeResult::Outcome outcome,
                                std::string payload) {
  InvokeResult result;
  result.outcome = outcome;
  result.payload = std::move(payload);
  result.request_id = std::move(invocation.request_id);
  context_.loop.post([done = std::move(invocation.done), result = std::move(result)]() mutable {
    done(std::move(result));
  });
}

void FunctionPool::answer_waiting(InvokeResult::Outcome outcome, const std::string& payload) {
  waiting_bytes_ = 0;
  for (Invocation& invocation : std::exchange(waiting_, {})) {
    answer_later(std::move(invocation), outcome, payload);
  }
}

void FunctionPool::invoke(Invocation invocation) {
  // Reserved concurrency is a limit that AWS has as well and answers at once; ours is not.
  const bool reserved_is_used = function_.reserved_concurrency.has_value() &&
                                running_count() + waiting_.size() >= processes_max();
  const bool queue_is_full = waiting_.size() >= context_.options.queue_max ||
                             (!waiting_.empty() && waiting_bytes_ + invocation.event.size() >
                                                       context_.options.queue_bytes_max);
  if (reserved_is_used || queue_is_full) {
    log_.warning("%s is throttled: %zu run, %zu wait", function_.name.c_str(), running_count(),
                 waiting_.size());
    answer_later(std::move(invocation), InvokeResult::Outcome::kThrottled, {});
    return;
  }
  retire_if_rebuilt();
  waiting_bytes_ += invocation.event.size();
  waiting_.push_back(std::move(invocation));
  dispatch();
}

Invocation FunctionPool::take_first_waiting() {
  Invocation invocation = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= invocation.event.size();
  return invocation;
}

void FunctionPool::dispatch() {
  while (!waiting_.empty() && !ready_.empty()) {
    FunctionProcess* const process = ready_.back();
    ready_.pop_back();
    // One that died while idle: on_ended starts another for those that wait.
    if (!process->is_ready()) continue;
    Invocation invocation = take_first_waiting();
    if (context_.on_invocation) context_.on_invocation(function_.name, process->pid());
    process->invoke(std::move(invocation));
  }
  if (waiting_.empty()) return;
  if (staying_count() == 0) {
    start_for_waiting();
  } else {
    schedule_scale_up();
  }
}

void FunctionPool::retire_if_rebuilt() {
  const auto now = stamp_of(function_.code_dir);
  // A file that is not there at the moment is being rebuilt: the processes that run stay useful.
  if (!now || !stamp_ || *now == *stamp_) return;
  log_.info("%s was rebuilt: new processes for it", function_.name.c_str());
  stamp_ = now;
  ready_.clear();
  for (const auto& process : processes_) process->retire();
}

void FunctionPool::prewarm() {
  if (processes_.empty() && processes_max() > 0 && check_bootstrap(function_.code_dir)) {
    start_process(context_.options.init_max);
  }
}

void FunctionPool::start_process(base::Duration init_max) {
  stamp_ = stamp_of(function_.code_dir);
  auto process = std::make_unique<FunctionProcess>(context_, function_, *this);
  const auto started = process->start(init_max);
  if (!started) {
    start_failed(started.error());
    return;
  }
  build_waits_ = 0;
  processes_.push_back(std::move(process));
}

void FunctionPool::start_failed(const FunctionProcess::StartFailure& failure) {
  if (wait_for_build(failure.spawn_error)) return;
  const auto check = check_bootstrap(function_.code_dir);
  const std::string reason = check ? failure.message : check.error().message;
  log_.error("%s: %s", function_.name.c_str(), reason.c_str());
  // Those that wait will be served by the processes there are, if there are any.
  if (staying_count() == 0) answer_waiting(InvokeResult::Outcome::kUnavailable, reason);
}

// A binary that cannot be executed but was written this moment is in the linker's hands.
bool FunctionPool::wait_for_build(int spawn_error) {
  const bool may_be_half_built = spawn_error == ETXTBSY || spawn_error == ENOEXEC ||
                                 spawn_error == EACCES || spawn_error == EIO;
  const auto stamp = stamp_of(function_.code_dir);
  if (!may_be_half_built || !stamp || !is_being_built(*stamp)) return false;
  if (++build_waits_ > kBuildWaitsMax) return false;
  if (build_timer_ == 0) {
    build_timer_ = context_.loop.call_after(kBuildRetry, [this] {
      build_timer_ = 0;
      if (!waiting_.empty()) start_for_waiting();
    });
  }
  return true;
}

// Starts one process for those that wait, unless that many are on their way already.
void FunctionPool::start_for_waiting() {
  const auto coming = static_cast<std::size_t>(std::count_if(
      processes_.begin(), processes_.end(),
      [](const auto& p) { return !p->is_retired() && (p->is_starting() || p->is_finishing()); }));
  if (coming >= waiting_.size() || staying_count() >= processes_max()) return;
  start_process(context_.options.init_max);
}

void FunctionPool::schedule_scale_up() {
  // At the limit there is nothing to wait for: a process that ends is replaced when it does.
  if (scale_timer_ != 0 || staying_count() >= processes_max()) return;
  scale_timer_ = context_.loop.call_after(context_.options.scale_up_after, [this] { scale_up(); });
}

void FunctionPool::scale_up() {
  scale_timer_ = 0;
  if (waiting_.empty()) return;
  const base::Duration waited = base::monotonic_now() - waiting_.front().arrived;
  if (waited >= context_.options.scale_up_after) start_for_waiting();
  if (!waiting_.empty()) schedule_scale_up();
}

void FunctionPool::on_ready(FunctionProcess& process) {
  init_repeated_ = false;
  ready_.push_back(&process);
  dispatch();
  if (!ready_.empty()) schedule_reaping();
}

void FunctionPool::on_init_failed(FunctionProcess& process,
                                  const FunctionProcess::InitFailure& failure) {
  process.retire();
  log_.error("%s: its process ended before it asked for an invocation: %s", function_.name.c_str(),
             failure.timed_out      ? "it took too long"
             : failure.payload      ? failure.payload->c_str()
             : failure.exit.empty() ? "exit status 0"
                                    : failure.exit.c_str());
  if (waiting_.empty()) return;
  if (failure.timed_out && !std::exchange(init_repeated_, true)) {
    // As on Lambda: once more, now within the time of the invocation itself.
    start_process(function_.timeout);
    return;
  }
  init_repeated_ = false;
  // One invocation pays for one failed start, so that a function that never starts cannot keep
  // its callers waiting.
  Invocation invocation = take_first_waiting();
  std::string payload = failure.timed_out ? timeout_error(invocation.request_id, function_.timeout)
                        : failure.payload ? *failure.payload
                                          : exit_error(invocation.request_id, failure.exit);
  answer_later(std::move(invocation), InvokeResult::Outcome::kFunctionError, std::move(payload));
}

void FunctionPool::on_ended(FunctionProcess& process) {
  std::erase(ready_, &process);
  const auto found = std::find_if(processes_.begin(), processes_.end(),
                                  [&](const auto& p) { return p.get() == &process; });
  BECKON_ASSERT(found != processes_.end());
  processes_.erase(found);
  if (!waiting_.empty()) start_for_waiting();
}

void FunctionPool::schedule_reaping() {
  if (reap_timer_ != 0) return;
  reap_timer_ = context_.loop.call_after(context_.options.idle_max, [this] { reap_idle(); });
}

void FunctionPool::reap_idle() {
  reap_timer_ = 0;
  const base::Instant now = base::monotonic_now();
  for (const auto& process : processes_) {
    if (!process->is_ready() || now - process->ready_since() < context_.options.idle_max) continue;
    std::erase(ready_, process.get());
    process->retire();
  }
  if (!ready_.empty()) schedule_reaping();
}

}  // namespace beckon::emulator
