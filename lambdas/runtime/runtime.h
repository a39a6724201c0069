// SPDX-License-Identifier: Apache-2.0
// The Lambda Runtime API: takes one invocation after the other and answers each with the handler's
// result or error. Decides nothing about events; never retries an invocation (Lambda does).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/base/time.h"
#include "lambdas/aws/http.h"
#include "lambdas/runtime/json_log.h"

namespace beckon::lambdas {

struct InvocationContext {
  std::string request_id;
  std::string function_arn;
  std::string trace_id;    // "" if Lambda gave none
  base::Instant deadline;  // when Lambda will kill the invocation
};

// event: JSON text, valid during the call. The result is sent as it is: JSON text, at most 6 MB.
// An error becomes {"errorType":"Function.<Code>","errorMessage":…}: the invocation has failed.
using Handler =
    std::function<base::Result<std::string>(std::string_view event, const InvocationContext&)>;

// "Function.NotFound" for kNotFound, and so on: the error type that Lambda shows.
std::string error_type_of(base::ErrorCode code);

class Runtime {
 public:
  // api: host:port, the value of AWS_LAMBDA_RUNTIME_API. http and log must outlive the runtime.
  Runtime(std::string_view api, Http& http, JsonLog& log);

  // Serves invocations until the Runtime API ends or says that this container is beyond recovery.
  // Returns the process's exit code, which is never 0: a runtime is not meant to end.
  int run(const Handler& handler);

  // Reports that the function cannot start (a variable is missing, …) and returns the exit code.
  // Only before run().
  int fail_initialization(const base::Error& error);

 private:
  enum class Sent { kAccepted, kRefused, kLost };

  base::Result<HttpReply> next();
  bool serve(const HttpReply& invocation, const Handler& handler);
  Sent post(const std::string& path, std::string_view body, std::string_view error_type);

  std::string base_url_;
  Http& http_;
  JsonLog& sink_;
  base::Logger log_;
};

// The whole main of a function: makes log and HTTP client, asks `make_handler` for the handler
// (base::Result<Handler>: an error is reported as a failed initialization) and serves. The variable
// LOG_LEVEL (debug, info, warning, error) sets what is logged; info if it is absent.
int run_function(const std::function<base::Result<Handler>(JsonLog& log)>& make_handler);

}  // namespace beckon::lambdas
