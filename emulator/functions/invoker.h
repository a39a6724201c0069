// SPDX-License-Identifier: Apache-2.0
// Invoking a function, as API Gateway, EventBridge's queue and the Invoke call see it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace beckon::emulator {

struct InvokeResult {
  enum class Outcome {
    kSuccess,        // payload is the function's result
    kFunctionError,  // payload is the error JSON (errorType, errorMessage); crash and timeout too
    kThrottled,      // no capacity: Lambda's 429 TooManyRequestsException; payload is empty
    kUnavailable,    // no such function or its binary cannot be started; payload is a sentence
  };
  Outcome outcome = Outcome::kUnavailable;
  std::string payload;
  std::string request_id;  // the invocation's UUID
  std::string log_tail;    // the last 4 kB of what the function wrote, as Invoke returns it
  base::Duration duration{0};
};

class Invoker {
 public:
  // Invokes `function` with an event (JSON text) and calls done exactly once, never from inside
  // this call. request_id: used as the invocation's id if not empty (a retry keeps its id).
  // Retries nothing. The event must fit Lambda's 6 MB.
  virtual void invoke(const std::string& function, std::string event, std::string_view request_id,
                      std::function<void(InvokeResult)> done) = 0;

 protected:
  ~Invoker() = default;
};

}  // namespace beckon::emulator
