// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/process.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "common/base/assert.h"
#include "emulator/functions/environment.h"
#include "emulator/functions/memory.h"
#include "emulator/functions/payloads.h"
#include "emulator/functions/peer.h"
#include "emulator/functions/spawn.h"

namespace beckon::emulator {
namespace {

constexpr int kAddressTriesMax = 64;
// An ended process may have answered just before: its words lie in a socket, perhaps one that is
// not accepted yet. So its end is believed a few turns of the loop later.
constexpr int kTurnsBeforeExit = 3;

// 127.77.0.1, 127.77.0.2, … 127.77.255.254, and again.
std::string runtime_address(std::uint32_t number) {
  const std::uint32_t low = number % 254 + 1;
  const std::uint32_t high = number / 254 % 256;
  return fmt::format("127.77.{}.{}", high, low);
}

// "2026/11/21/[$LATEST]" and 32 hexadecimal digits.
std::string log_stream_name(IdSource& ids) {
  std::string date = base::format_rfc3339(base::wall_now()).substr(0, 10);
  for (char& c : date) {
    if (c == '-') c = '/';
  }
  return date + "/[$LATEST]" + ids.hex(32);
}

}  // namespace

FunctionProcess::FunctionProcess(FunctionsContext& context, const FunctionModel& function,
                                 Observer& observer)
    : context_(context), function_(function), observer_(observer) {}

FunctionProcess::~FunctionProcess() {
  context_.loop.cancel(timer_);
  if (pid_ > 0) kill_and_reap(pid_);
  if (pid_fd_ >= 0) {
    context_.loop.unwatch(pid_fd_);
    close(pid_fd_);
  }
  if (status_fd_ >= 0) close(status_fd_);
  if (listener_ != 0) context_.server.close_listener(listener_);
}

base::Result<HttpServer::ListenerId> FunctionProcess::listen(std::string& host) {
  for (int i = 0;; ++i) {
    host = runtime_address(context_.addresses_used++);
    HttpListener handlers = runtime_api_listener(*this);
    handlers.admits = [this](int fd) { return admits(fd); };
    auto listener =
        context_.server.listen(host, context_.options.runtime_api_port, std::move(handlers));
    if (listener || listener.error().code != base::ErrorCode::kAlreadyExists ||
        i == kAddressTriesMax) {
      return listener;
    }
  }
}

// On AWS nobody else reaches a function's Runtime API. Here every program of this machine does, and
// every web page: one call of "next" would take an invocation away.
bool FunctionProcess::admits(int fd) const {
  if (is_peer_in_group(fd, pid_)) return true;
  base::Logger(context_.log, "functions")
      .warning("%s: a client of its Runtime API that is not its process is refused",
               function_.name.c_str());
  return false;
}

std::expected<void, FunctionProcess::StartFailure> FunctionProcess::start(base::Duration init_max) {
  std::string host;
  const auto listener = listen(host);
  if (!listener) return std::unexpected(StartFailure{0, listener.error().message});
  listener_ = *listener;

  SpawnRequest request;
  request.executable = function_.code_dir + "/bootstrap";
  request.directory = function_.code_dir;
  request.environment = function_environment(
      function_, context_.options, fmt::format("{}:{}", host, context_.server.port(listener_)),
      log_stream_name(context_.ids));
  const SpawnResult spawned = spawn(request);
  if (spawned.error != 0) {
    return std::unexpected(StartFailure{
        spawned.error,
        fmt::format("{} cannot be started: {}", request.executable, strerror(spawned.error))});
  }
  pid_ = spawned.pid;
  pid_fd_ = spawned.pid_fd;
  status_fd_ = open_memory_status(pid_);
  output_ = std::make_unique<ProcessOutput>(context_.loop, context_.log, spawned.output_fd,
                                            function_.name);
  context_.loop.watch(pid_fd_, EPOLLIN, [this](std::uint32_t) {
    context_.loop.set_events(pid_fd_, 0);
    exit_seen_ = true;
    on_exit_seen(kTurnsBeforeExit);
  });
  timer_ = context_.loop.call_after(init_max, [this] {
    InitFailure failure;
    failure.timed_out = true;
    fail_init(failure);
    kill_group();
  });
  return {};
}

void FunctionProcess::invoke(Invocation invocation) {
  BECKON_ASSERT(state_ == State::kReady && waiting_next_ != nullptr);
  state_ = State::kRunning;
  invocation_ = std::move(invocation);
  output_->drain(false);
  output_->begin(invocation_->request_id);
  started_at_ = std::chrono::steady_clock::now();
  timer_ = context_.loop.call_after(function_.timeout, [this] { on_timeout(); });

  HttpResponse response;
  const std::int64_t deadline_ms = base::wall_now().unix_ms + function_.timeout.count();
  response.headers = {
      {"Content-Type", "application/json"},
      {"Lambda-Runtime-Aws-Request-Id", invocation_->request_id},
      {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline_ms)},
      {"Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:" + context_.options.region + ":" +
                                                  context_.options.account +
                                                  ":function:" + function_.name},
      {"Lambda-Runtime-Trace-Id",
       "Root=" + context_.ids.trace_root() + ";Parent=" + context_.ids.hex(16) + ";Sampled=0"},
  };
  response.body = std::move(invocation_->event);
  std::exchange(waiting_next_, nullptr)(std::move(response));
}

void FunctionProcess::send_signal(int signal_number) const {
  if (pid_ > 0) kill(-pid_, signal_number);
}

std::string_view FunctionProcess::state_name() const {
  switch (state_) {
    case State::kStarting: return "starting";
    case State::kReady: return "ready";
    case State::kRunning: return "running";
    case State::kAnswered: return "answered";
    case State::kEnding: return "ending";
  }
  return "unknown";
}

void FunctionProcess::retire() {
  retired_ = true;
  if (state_ == State::kReady || state_ == State::kStarting) kill_group();
}

void FunctionProcess::fail_init(const InitFailure& failure) {
  if (std::exchange(init_done_, true)) return;
  output_->drain(false);
  observer_.on_init_failed(*this, failure);
}

void FunctionProcess::finish(InvokeResult::Outcome outcome, std::string payload) {
  const auto duration = std::chrono::steady_clock::now() - started_at_;
  if (state_ != State::kEnding) state_ = State::kAnswered;
  output_->drain(false);
  report(duration);
  Invocation invocation = std::move(*invocation_);
  invocation_.reset();
  InvokeResult result;
  result.outcome = outcome;
  result.payload = std::move(payload);
  result.request_id = std::move(invocation.request_id);
  result.log_tail = output_->take_tail();
  result.duration = std::chrono::duration_cast<base::Duration>(duration);
  invocation.done(std::move(result));
}

void FunctionProcess::report(std::chrono::nanoseconds duration) {
  // A function that logs gets its figures beside its lines; thousands of silent calls a second
  // would only bury them.
  const auto level = output_->has_lines() ? base::LogLevel::kInfo : base::LogLevel::kDebug;
  if (!context_.log.enabled(level)) return;
  const double ms = static_cast<double>(duration.count()) / 1e6;
  const double used_mb = static_cast<double>(read_memory_peak_kb(status_fd_)) / 1024.0;
  output_->note(level, fmt::format("REPORT Duration: {:.2f} ms Memory Size: {} MB Max Memory Used: "
                                   "{:.1f} MB",
                                   ms, function_.memory_mb, used_mb));
}

void FunctionProcess::on_timeout() {
  if (state_ == State::kRunning) {
    output_->drain(false);
    output_->add_line(base::LogLevel::kWarning,
                      fmt::format("Task timed out after {:.2f} seconds",
                                  static_cast<double>(function_.timeout.count()) / 1000.0));
    // Killed first, so that whoever hears of the timeout finds it dead.
    kill_group();
    finish(InvokeResult::Outcome::kFunctionError,
           timeout_error(invocation_->request_id, function_.timeout));
    return;
  }
  // It has answered but never asked for more, which Lambda counts as the same call.
  kill_group();
}

void FunctionProcess::kill_group() {
  state_ = State::kEnding;
  if (pid_ > 0) kill(-pid_, SIGKILL);
}

void FunctionProcess::on_exit_seen(int turns_left) {
  if (turns_left == 0) {
    on_exit();
    return;
  }
  context_.loop.post([this, turns_left, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) on_exit_seen(turns_left - 1);
  });
}

void FunctionProcess::on_exit() {
  const int status = kill_and_reap(std::exchange(pid_, -1));
  const std::string exit = describe_exit(status);
  context_.loop.cancel(timer_);
  state_ = State::kEnding;
  output_->drain(true);
  if (invocation_) {
    const std::string id = invocation_->request_id;
    output_->add_line(base::LogLevel::kWarning,
                      "the process has ended: " + (exit.empty() ? "exit status 0" : exit));
    finish(InvokeResult::Outcome::kFunctionError, exit_error(id, exit));
  }
  if (!init_done_ && !retired_) {
    InitFailure failure;
    failure.exit = exit;
    fail_init(failure);
  }
  observer_.on_ended(*this);
}

}  // namespace beckon::emulator
