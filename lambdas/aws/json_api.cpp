// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/json_api.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/crypto/crc32.h"
#include "lambdas/aws/aws_error.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// Less than this is not worth an attempt.
constexpr base::Duration kAttemptMin{20};

bool is_damaged(const HttpReply& reply) {
  const auto expected = base::parse_uint64(header_of(reply, "x-amz-crc32"));
  return expected && *expected != crypto::crc32(reply.body);
}

}  // namespace

JsonApiOptions json_api_options(Endpoint endpoint, AwsIdentity identity, std::string service,
                                std::string target_prefix, std::string_view json_version) {
  JsonApiOptions options;
  options.endpoint = std::move(endpoint);
  options.identity = std::move(identity);
  options.service = std::move(service);
  options.target_prefix = std::move(target_prefix);
  options.content_type = "application/x-amz-json-" + std::string(json_version);
  return options;
}

struct JsonApi::Attempt {
  std::expected<json::Document, ApiFailure> outcome;
  Retry retry = Retry::kNo;
};

JsonApi::JsonApi(JsonApiOptions options, Http& http, Pace& pace)
    : options_(std::move(options)), http_(http), pace_(pace) {}

std::expected<json::Document, ApiFailure> JsonApi::call(std::string_view operation,
                                                        const std::string& input, Repeat repeat) {
  base::Instant end = pace_.now() + options_.call_max;
  if (deadline_) end = std::min(end, *deadline_);
  for (int retries = 0;; ++retries) {
    const base::Duration left = std::max(end - pace_.now(), kAttemptMin);
    Attempt done = attempt(operation, input, std::min(left, options_.attempt_max));
    if (done.outcome) return std::move(done.outcome);
    if (done.retry == Retry::kNo) return std::move(done.outcome);
    if (done.retry == Retry::kUnknown && repeat == Repeat::kMustNot) {
      done.outcome.error().error.code = ErrorCode::kTimeout;
      return std::move(done.outcome);
    }
    const base::Duration delay = options_.backoff.delay(retries, pace_.random());
    if (pace_.now() + delay + kAttemptMin > end) {
      base::Error& error = done.outcome.error().error;
      error.message += " (gave up after " + std::to_string(retries + 1) + " attempts)";
      if (error.code == ErrorCode::kInternal) error.code = ErrorCode::kUnavailable;
      return std::move(done.outcome);
    }
    pace_.wait(delay);
  }
}

JsonApi::Attempt JsonApi::attempt(std::string_view operation, const std::string& input,
                                  base::Duration limit) {
  HttpRequest request{"POST", options_.endpoint.url() + "/", {}, input};
  request.headers = {{"Host", options_.endpoint.host},
                     {"Content-Type", options_.content_type},
                     {"X-Amz-Target", options_.target_prefix + "." + std::string(operation)}};
  const std::string path = options_.endpoint.path + "/";
  const sigv4::Request view{request.method, path, "", request.headers, request.body};
  for (HttpHeader& header :
       sigv4::sign(view, options_.identity.credentials,
                   {options_.identity.region, options_.service}, pace_.wall_now())) {
    request.headers.push_back(std::move(header));
  }
  HttpLimits limits;
  limits.total = limit;
  base::Result<HttpReply> reply = std::move(http_.exchange({&request, 1}, limits).front());
  if (reply) return judge_reply(operation, *reply);
  const ErrorCode code = reply.error().code;
  const Retry retry = code == ErrorCode::kUnavailable ? Retry::kSafe
                      : code == ErrorCode::kTimeout   ? Retry::kUnknown
                                                      : Retry::kNo;
  return {std::unexpected(ApiFailure{std::move(reply.error()), "", {}}), retry};
}

JsonApi::Attempt JsonApi::judge_reply(std::string_view operation, const HttpReply& reply) const {
  const std::string what = options_.service + " " + std::string(operation) + ": ";
  if (is_damaged(reply)) {
    return {std::unexpected(ApiFailure{
                {ErrorCode::kTimeout, what + "the answer was damaged on its way (x-amz-crc32)"},
                "",
                {}}),
            Retry::kUnknown};
  }
  base::Result<json::Document> body = json::parse(reply.body, json::kDepthMaxHost);
  if (reply.status == 200) {
    if (body) return {std::move(*body), Retry::kNo};
    return {std::unexpected(ApiFailure{
                {ErrorCode::kTimeout, what + "the answer is not JSON: " + body.error().message},
                "",
                {}}),
            Retry::kUnknown};
  }
  ApiFailure failure;
  std::string_view type = header_of(reply, "x-amzn-ErrorType");
  std::string_view message = "no message";
  if (body) {
    type = (*body)["__type"].string_or(type);
    message = (*body)["message"].string_or((*body)["Message"].string_or(message));
  }
  failure.type = bare_error_type(type);
  const Verdict verdict = judge(reply.status, failure.type);
  const std::string name =
      failure.type.empty() ? "status " + std::to_string(reply.status) : failure.type;
  failure.error = {verdict.code, what + name + ": " + std::string(message)};
  if (body) failure.details = std::move(*body);
  return {std::unexpected(std::move(failure)), verdict.retry};
}

}  // namespace beckon::lambdas
