// SPDX-License-Identifier: Apache-2.0
// One process of a function: started, served over the Runtime API on an address of its own, given
// one invocation at a time, watched, and ended. Decides what an invocation's result is when the
// process answers, crashes or takes too long; not when processes are started or which one is used.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/log.h"
#include "emulator/functions/invoker.h"
#include "emulator/functions/options.h"
#include "emulator/functions/output.h"
#include "emulator/functions/runtime_api.h"
#include "emulator/http/server.h"
#include "emulator/ids/ids.h"
#include "emulator/loop/event_loop.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

struct Invocation {
  std::string request_id;
  std::string event;
  std::function<void(InvokeResult)> done;
  base::Instant arrived;
};

// What all functions of an emulator share; outlives them.
struct FunctionsContext {
  EventLoop& loop;
  HttpServer& server;
  IdSource& ids;
  base::LogSink& log;
  FunctionsOptions options;
  std::uint32_t addresses_used = 0;
  // Told of each invocation just before its process gets it. Empty: nobody is.
  std::function<void(const std::string& function, pid_t pid)> on_invocation = {};
};

class FunctionProcess final : public RuntimeSession {
 public:
  struct StartFailure {
    int spawn_error = 0;  // errno of exec, or 0
    std::string message;
  };
  // How a process ended its initialisation without asking for an invocation.
  struct InitFailure {
    bool timed_out = false;
    std::string exit;                    // as describe_exit()
    std::optional<std::string> payload;  // what it said to init/error
  };
  class Observer {
   public:
    // It waits for an invocation.
    virtual void on_ready(FunctionProcess& process) = 0;
    // Told at most once, before on_ended.
    virtual void on_init_failed(FunctionProcess& process, const InitFailure& failure) = 0;
    // The process is gone. May destroy the object: it does nothing after this call.
    virtual void on_ended(FunctionProcess& process) = 0;

   protected:
    ~Observer() = default;
  };

  FunctionProcess(FunctionsContext& context, const FunctionModel& function, Observer& observer);
  ~FunctionProcess();
  FunctionProcess(const FunctionProcess&) = delete;
  FunctionProcess& operator=(const FunctionProcess&) = delete;

  // init_max: how long it may take to its first "next".
  std::expected<void, StartFailure> start(base::Duration init_max);
  // Only when ready.
  void invoke(Invocation invocation);
  // To the process and its group: SIGKILL, SIGSTOP, SIGCONT.
  void send_signal(int signal_number) const;
  // Ends it as soon as it runs no invocation.
  void retire();

  bool is_starting() const { return state_ == State::kStarting; }
  bool is_ready() const { return state_ == State::kReady && !exit_seen_; }
  bool is_running() const { return state_ == State::kRunning; }
  // It has answered and will ask for the next invocation soon.
  bool is_finishing() const { return state_ == State::kAnswered; }
  bool is_retired() const { return retired_; }
  base::Instant ready_since() const { return ready_since_; }
  pid_t pid() const { return pid_; }
  // "starting", "ready", "running", "answered", "ending".
  std::string_view state_name() const;

  void next(HttpDone done) override;
  void response(std::string_view request_id, std::string body, HttpDone done) override;
  void response_too_large(std::string_view request_id, HttpDone done) override;
  void error(std::string_view request_id, std::string_view error_type, std::string body,
             HttpDone done) override;
  void init_error(std::string_view error_type, std::string body, HttpDone done) override;

 private:
  enum class State : std::uint8_t { kStarting, kReady, kRunning, kAnswered, kEnding };

  base::Result<HttpServer::ListenerId> listen(std::string& host);
  bool admits(int fd) const;
  bool refuse_unless_running(std::string_view request_id, std::string_view call,
                             const HttpDone& done) const;
  void finish(InvokeResult::Outcome outcome, std::string payload);
  void report(std::chrono::nanoseconds duration);
  void fail_init(const InitFailure& failure);
  void on_timeout();
  void kill_group();
  void on_exit_seen(int turns_left);
  void on_exit();

  FunctionsContext& context_;
  const FunctionModel& function_;
  Observer& observer_;
  HttpServer::ListenerId listener_ = 0;
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  int status_fd_ = -1;  // /proc/<pid>/status, kept open: it is read for every invocation
  std::unique_ptr<ProcessOutput> output_;
  HttpDone waiting_next_;
  std::optional<Invocation> invocation_;
  std::chrono::steady_clock::time_point started_at_;
  base::Instant ready_since_;
  EventLoop::TimerId timer_ = 0;  // of the initialisation, then of each invocation
  State state_ = State::kStarting;
  bool init_done_ = false;
  bool exit_seen_ = false;  // it has died; its last output is still read
  bool retired_ = false;
  // Tells callbacks that were posted whether this still lives.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace beckon::emulator
