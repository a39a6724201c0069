// SPDX-License-Identifier: Apache-2.0
#include "lambdas/runtime/runtime.h"

#include <cstdlib>

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "lambdas/aws/http_client.h"

namespace beckon::lambdas {
namespace {

using namespace std::chrono_literals;

// Lambda's own limit of a synchronous event is 6 MB; the cap only keeps a broken peer from filling
// the memory.
constexpr std::size_t kEventBytesMax = 8 * 1024 * 1024;
// A `next` that breaks is asked again this often; a Runtime API that is gone stays gone.
constexpr int kNextAttempts = 3;

HttpLimits limits(base::Duration total) {
  return {.connect = 2s,
          .total = total,
          .reply_bytes_max = kEventBytesMax,
          .idle_connection_max = 24h};  // a peer on the same machine: no age makes it suspect
}

std::string error_json(std::string_view type, std::string_view message) {
  json::Writer body;
  body.begin_object().member("errorMessage", message).member("errorType", type);
  body.key("stackTrace").begin_array().end_array().end_object();
  return body.take();
}

InvocationContext context_of(const HttpReply& invocation) {
  InvocationContext context;
  context.request_id = header_of(invocation, "Lambda-Runtime-Aws-Request-Id");
  context.function_arn = header_of(invocation, "Lambda-Runtime-Invoked-Function-Arn");
  context.trace_id = header_of(invocation, "Lambda-Runtime-Trace-Id");
  const auto deadline_ms = base::parse_int64(header_of(invocation, "Lambda-Runtime-Deadline-Ms"));
  // Lambda always gives one; without, the shortest of its defaults is assumed.
  const base::Duration left =
      deadline_ms ? base::Duration(*deadline_ms - base::wall_now().unix_ms) : base::Duration(3s);
  context.deadline = base::monotonic_now() + left;
  return context;
}

base::LogLevel level_from_environment() {
  const char* text = std::getenv("LOG_LEVEL");
  for (const auto level :
       {base::LogLevel::kDebug, base::LogLevel::kWarning, base::LogLevel::kError}) {
    if (text != nullptr && base::to_string(level) == text) return level;
  }
  return base::LogLevel::kInfo;
}

}  // namespace

std::string error_type_of(base::ErrorCode code) {
  std::string type = "Function.";
  bool upper = true;
  for (const char c : base::to_string(code)) {
    if (c == '_') {
      upper = true;
      continue;
    }
    type += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return type;
}

Runtime::Runtime(std::string_view api, Http& http, JsonLog& log)
    : base_url_("http://" + std::string(api) + "/2018-06-01/runtime/"),
      http_(http),
      sink_(log),
      log_(log, "runtime") {}

base::Result<HttpReply> Runtime::next() {
  const HttpRequest request{"GET", base_url_ + "invocation/next", {}, {}};
  base::Result<HttpReply> reply;
  for (int attempt = 1; attempt <= kNextAttempts; ++attempt) {
    reply = std::move(http_.exchange({&request, 1}, limits(0ms)).front());
    if (reply) return reply;
  }
  return reply;
}

int Runtime::run(const Handler& handler) {
  while (true) {
    const base::Result<HttpReply> invocation = next();
    sink_.set_request_id("");
    if (!invocation) {
      log_.error("the Runtime API is gone: %s", invocation.error().message.c_str());
      return 1;
    }
    if (invocation->status != 200) {
      log_.error("the Runtime API answered %d to next: %s", invocation->status,
                 invocation->body.c_str());
      return 1;
    }
    if (!serve(*invocation, handler)) return 1;
  }
}

// False: this container is beyond recovery.
bool Runtime::serve(const HttpReply& invocation, const Handler& handler) {
  const InvocationContext context = context_of(invocation);
  sink_.set_request_id(context.request_id);
  const std::string path = "invocation/" + base::percent_encode(context.request_id);
  const base::Result<std::string> result = handler(invocation.body, context);
  if (result) return post(path + "/response", *result, "") != Sent::kLost;
  const std::string type = error_type_of(result.error().code);
  log_.error("%s: %s", type.c_str(), result.error().message.c_str());
  return post(path + "/error", error_json(type, result.error().message), type) != Sent::kLost;
}

Runtime::Sent Runtime::post(const std::string& path, std::string_view body,
                            std::string_view error_type) {
  HttpRequest request{"POST", base_url_ + path, {{"Content-Type", "application/json"}}, body};
  if (!error_type.empty()) {
    request.headers.emplace_back("Lambda-Runtime-Function-Error-Type", error_type);
  }
  const base::Result<HttpReply> reply =
      std::move(http_.exchange({&request, 1}, limits(30s)).front());
  if (!reply) {
    log_.error("the Runtime API took no answer: %s", reply.error().message.c_str());
    return Sent::kLost;
  }
  if (reply->status / 100 == 2) return Sent::kAccepted;
  log_.error("the Runtime API answered %d to %s: %s", reply->status, path.c_str(),
             reply->body.c_str());
  return reply->status == 500 ? Sent::kLost : Sent::kRefused;
}

int Runtime::fail_initialization(const base::Error& error) {
  log_.error("cannot start: %s", error.message.c_str());
  const std::string type = error_type_of(error.code);
  post("init/error", error_json(type, error.message), type);
  return 1;
}

int run_function(const std::function<base::Result<Handler>(JsonLog& log)>& make_handler) {
  JsonLog log(level_from_environment());
  const char* api = std::getenv("AWS_LAMBDA_RUNTIME_API");
  if (api == nullptr) {
    base::Logger(log, "runtime")
        .error(
            "AWS_LAMBDA_RUNTIME_API is not set: this program is a Lambda function, which Lambda or "
            "beckon-emulator starts");
    return 2;
  }
  HttpClient http;
  Runtime runtime(api, http, log);
  const base::Result<Handler> handler = make_handler(log);
  if (!handler) return runtime.fail_initialization(handler.error());
  return runtime.run(*handler);
}

}  // namespace beckon::lambdas
