// SPDX-License-Identifier: Apache-2.0
// The processes of one function: which one gets an invocation, when another one is started, when
// one is ended. Decides what happens when there is none: wait, throttle, or say why it cannot
// start.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emulator/functions/binary.h"
#include "emulator/functions/process.h"

namespace beckon::emulator {

class FunctionPool final : public FunctionProcess::Observer {
 public:
  // context and function must outlive it.
  FunctionPool(FunctionsContext& context, const FunctionModel& function);
  // Kills the processes; invocations that wait or run are dropped without an answer.
  ~FunctionPool();
  FunctionPool(const FunctionPool&) = delete;
  FunctionPool& operator=(const FunctionPool&) = delete;

  // invocation.done is called from the loop later, never from inside.
  void invoke(Invocation invocation);
  // Starts one process ahead of the first invocation, if the binary can be started.
  void prewarm();

  void for_each(const std::function<void(const FunctionProcess&)>& visit) const {
    for (const auto& process : processes_) visit(*process);
  }
  std::size_t processes_count() const { return processes_.size(); }

 private:
  void on_ready(FunctionProcess& process) override;
  void on_init_failed(FunctionProcess& process,
                      const FunctionProcess::InitFailure& failure) override;
  void on_ended(FunctionProcess& process) override;

  std::size_t processes_max() const;
  std::size_t running_count() const;
  std::size_t staying_count() const;  // all but those that are being replaced
  void dispatch();
  Invocation take_first_waiting();
  void retire_if_rebuilt();
  void start_process(base::Duration init_max);
  void start_failed(const FunctionProcess::StartFailure& failure);
  bool wait_for_build(int spawn_error);
  void start_for_waiting();
  void schedule_scale_up();
  void scale_up();
  void schedule_reaping();
  void reap_idle();
  void answer_later(Invocation invocation, InvokeResult::Outcome outcome, std::string payload);
  void answer_waiting(InvokeResult::Outcome outcome, const std::string& payload);

  FunctionsContext& context_;
  const FunctionModel& function_;
  base::Logger log_;
  std::vector<std::unique_ptr<FunctionProcess>> processes_;
  std::vector<FunctionProcess*> ready_;  // the one that became ready last is used first
  std::deque<Invocation> waiting_;
  std::size_t waiting_bytes_ = 0;     // of their events
  std::optional<BinaryStamp> stamp_;  // of the binary that the processes run
  EventLoop::TimerId scale_timer_ = 0;
  EventLoop::TimerId reap_timer_ = 0;
  EventLoop::TimerId build_timer_ = 0;
  int build_waits_ = 0;
  bool init_repeated_ = false;  // the initialisation took too long and runs a second time
};

}  // namespace beckon::emulator
