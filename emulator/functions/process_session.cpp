// SPDX-License-Identifier: Apache-2.0
// A process's calls of the Runtime API: which is allowed in which state, and what it leads to.
#include <utility>

#include "emulator/functions/payloads.h"
#include "emulator/functions/process.h"

namespace beckon::emulator {

void FunctionProcess::next(HttpDone done) {
  if (state_ == State::kRunning || state_ == State::kEnding) {
    done(runtime_invalid_state("next"));
    return;
  }
  // A second call while one waits comes from a runtime that gave the first one up. The observer has
  // been told already: told again, it would give this process two invocations at once.
  if (state_ == State::kReady) {
    std::exchange(waiting_next_, std::move(done))(runtime_invalid_state("a second next"));
    return;
  }
  waiting_next_ = std::move(done);
  context_.loop.cancel(timer_);
  init_done_ = true;
  state_ = State::kReady;
  ready_since_ = base::monotonic_now();
  if (retired_) {
    kill_group();
    return;
  }
  output_->drain(false);
  output_->begin({});
  observer_.on_ready(*this);
}

bool FunctionProcess::refuse_unless_running(std::string_view request_id, std::string_view call,
                                            const HttpDone& done) const {
  if (state_ != State::kRunning) {
    done(runtime_invalid_state(call));
    return true;
  }
  if (invocation_->request_id != request_id) {
    done(runtime_invalid_id());
    return true;
  }
  return false;
}

void FunctionProcess::response(std::string_view request_id, std::string body, HttpDone done) {
  if (refuse_unless_running(request_id, "response", done)) return;
  done(runtime_accepted());
  finish(InvokeResult::Outcome::kSuccess, std::move(body));
}

void FunctionProcess::response_too_large(std::string_view request_id, HttpDone done) {
  if (refuse_unless_running(request_id, "response", done)) return;
  done(runtime_too_large());
  finish(InvokeResult::Outcome::kFunctionError, response_too_large_error());
}

void FunctionProcess::error(std::string_view request_id, std::string_view error_type,
                            std::string body, HttpDone done) {
  if (refuse_unless_running(request_id, "error", done)) return;
  done(runtime_accepted());
  if (body.empty()) body = function_error(error_type.empty() ? "Unhandled" : error_type, "");
  finish(InvokeResult::Outcome::kFunctionError, std::move(body));
}

void FunctionProcess::init_error(std::string_view error_type, std::string body, HttpDone done) {
  if (state_ != State::kStarting || init_done_) {
    done(runtime_invalid_state("init/error"));
    return;
  }
  done(runtime_accepted());
  if (body.empty()) body = function_error(error_type.empty() ? "Unhandled" : error_type, "");
  InitFailure failure;
  failure.payload = std::move(body);
  fail_init(failure);
}

}  // namespace beckon::emulator
