// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/lambda_api.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/bytes.h"
#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kPrefix = "/2015-03-31/functions/";
constexpr std::string_view kSuffix = "/invocations";
constexpr std::size_t kSyncBytesMax = 6 * 1024 * 1024;
constexpr std::size_t kAsyncBytesMax = 1024 * 1024;
constexpr std::size_t kLogTailBytesMax = 4096;

std::string log_result(const InvokeResult& result) {
  const double ms = static_cast<double>(result.duration.count());
  std::string log = fmt::format(
      "START RequestId: {0} Version: $LATEST\n{1}END RequestId: {0}\nREPORT "
      "RequestId: {0}\tDuration: {2:.2f} ms\n",
      result.request_id, result.log_tail, ms);
  if (log.size() > kLogTailBytesMax) log.erase(0, log.size() - kLogTailBytesMax);
  return base::base64(log);
}

}  // namespace

bool is_lambda_path(std::string_view path) {
  return path.starts_with(kPrefix);
}

base::Result<std::string> parse_function_name(std::string_view text) {
  std::string name = base::percent_decode(text);
  // A name may itself end in "function", so the word is looked for as a part between colons.
  constexpr std::string_view kWord = ":function:";
  if (const std::size_t arn = name.find(kWord); arn != std::string::npos) {
    name.erase(0, arn + kWord.size());
  }
  const std::size_t colon = name.find(':');
  const std::string qualifier = colon == std::string::npos ? "$LATEST" : name.substr(colon + 1);
  name = name.substr(0, colon);
  if (qualifier != "$LATEST") {
    return base::fail(base::ErrorCode::kNotFound,
                      "the emulator has $LATEST only, not " + name + ":" + qualifier);
  }
  return name;
}

HttpResponse LambdaApi::error(int status, std::string_view type, std::string_view message) {
  json::Writer writer;
  writer.begin_object().member("Type", status < 500 ? "User" : "Service");
  writer.member("message", message).end_object();
  HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"},
                      {"x-amzn-RequestId", parts_.ids.uuid()},
                      {"x-amzn-ErrorType", std::string(type)}};
  response.body = writer.take();
  return response;
}

void LambdaApi::handle(HttpRequest& request, HttpDone done) {
  if (const auto refusal = parts_.signatures.check(request, "lambda")) {
    done(error(403, sigv4::exception_name(refusal->failure), refusal->message));
    return;
  }
  std::string_view name = request.path;
  if (request.method != "POST" || !name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {
    done(error(404, "UnknownOperationException",
               fmt::format("the emulator's Lambda API has Invoke only, not {} {}", request.method,
                           request.path)));
    return;
  }
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  const auto function = parse_function_name(name);
  if (!function || !parts_.model.functions.contains(*function)) {
    const std::string arn = fmt::format("arn:aws:lambda:{}:{}:function:{}", parts_.model.region,
                                        parts_.model.account, base::percent_decode(name));
    done(error(404, "ResourceNotFoundException", "Function not found: " + arn));
    return;
  }
  invoke(request, *function, std::move(done));
}

void LambdaApi::invoke(HttpRequest& request, const std::string& function, HttpDone done) {
  const std::string_view type =
      find_header(request.headers, "X-Amz-Invocation-Type").value_or("RequestResponse");
  if (request.body.empty()) request.body = "{}";
  const std::size_t limit = type == "Event" ? kAsyncBytesMax : kSyncBytesMax;
  if (request.body.size() > limit) {
    done(error(
        413, "RequestTooLargeException",
        fmt::format("{} byte payload is too large for the {} invocation type (limit {} bytes)",
                    request.body.size(), type, limit)));
    return;
  }
  if (const auto parsed = json::parse(request.body, json::kDepthMaxHost); !parsed) {
    done(error(400, "InvalidRequestContentException",
               "Could not parse request body into json: " + parsed.error().message));
    return;
  }
  if (type == "DryRun") {
    done(HttpResponse{
        .status = 204, .headers = {{"x-amzn-RequestId", parts_.ids.uuid()}}, .body = {}});
  } else if (type == "Event") {
    invoke_async(request, function, done);
  } else if (type == "RequestResponse") {
    const bool with_log = find_header(request.headers, "X-Amz-Log-Type").value_or("None") == "Tail";
    parts_.invoker.invoke(function, std::move(request.body), {},
                          [this, with_log, done = std::move(done)](const InvokeResult& result) {
                            done(to_response(result, with_log));
                          });
  } else {
    done(error(400, "InvalidParameterValueException",
               fmt::format("X-Amz-Invocation-Type must be RequestResponse, Event or DryRun, not {}",
                           type)));
  }
}

void LambdaApi::invoke_async(HttpRequest& request, const std::string& function,
                             const HttpDone& done) {
  const std::string id = parts_.ids.uuid();
  const auto accepted = parts_.enqueue(function, std::move(request.body), id);
  if (!accepted) {
    const bool full = accepted.error().code == base::ErrorCode::kLimit;
    done(error(full ? 429 : 500, full ? "TooManyRequestsException" : "ServiceException",
               accepted.error().message));
    return;
  }
  done(HttpResponse{.status = 202, .headers = {{"x-amzn-RequestId", id}}, .body = {}});
}

HttpResponse LambdaApi::to_response(const InvokeResult& result, bool with_log) {
  if (result.outcome == InvokeResult::Outcome::kThrottled) {
    return error(429, "TooManyRequestsException", "Rate Exceeded.");
  }
  HttpResponse response;
  response.headers = {{"Content-Type", "application/json"},
                      {"x-amzn-RequestId", result.request_id},
                      {"X-Amz-Executed-Version", "$LATEST"},
                      {"X-Amzn-Trace-Id", "Root=" + parts_.ids.trace_root() + ";Sampled=0"}};
  response.body = result.payload;
  if (result.outcome == InvokeResult::Outcome::kUnavailable) {
    // What Lambda says of a package without a bootstrap, with our reason for a text.
    json::Writer writer;
    writer.begin_object().member("errorType", "Runtime.InvalidEntrypoint");
    writer.member("errorMessage",
                  fmt::format("RequestId: {} Error: {}", result.request_id, result.payload));
    writer.end_object();
    response.body = writer.take();
  }
  if (result.outcome != InvokeResult::Outcome::kSuccess) {
    response.headers.emplace_back("X-Amz-Function-Error", "Unhandled");
  }
  if (with_log) response.headers.emplace_back("X-Amz-Log-Result", log_result(result));
  return response;
}

}  // namespace beckon::emulator
