// SPDX-License-Identifier: Apache-2.0
// One call of an AWS JSON API (X-Amz-Target): signed, retried with full jitter within a budget, its
// answer checked (x-amz-crc32) and parsed. Which calls may be repeated is the caller's knowledge.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/json/json.h"
#include "lambdas/aws/environment.h"
#include "lambdas/aws/http.h"
#include "lambdas/aws/pace.h"

namespace beckon::lambdas {

struct JsonApiOptions {
  Endpoint endpoint;
  AwsIdentity identity;
  std::string service;               // as signatures call it: "dynamodb"
  std::string target_prefix;         // "DynamoDB_20120810"
  std::string content_type;          // "application/x-amz-json-1.0"
  base::Duration attempt_max{3000};  // one HTTP exchange
  base::Duration call_max{8000};     // a call with its retries
  Backoff backoff;
};

// json_version: "1.0" or "1.1", as the service wants it; durations as above.
JsonApiOptions json_api_options(Endpoint endpoint, AwsIdentity identity, std::string service,
                                std::string target_prefix, std::string_view json_version);

// May the call be sent again when it is unknown whether the first one took effect?
enum class Repeat : std::uint8_t { kMay, kMustNot };

struct ApiFailure {
  base::Error error;
  std::string type;        // AWS's name of it, "" if there was no answer
  json::Document details;  // the error's body; empty if it was not JSON
};

class JsonApi {
 public:
  // http and pace must outlive it.
  JsonApi(JsonApiOptions options, Http& http, Pace& pace);

  // Errors: kUnavailable (throttled or unreachable until the budget was used up), kTimeout (it may
  // have happened), and otherwise what judge() makes of the service's error.
  std::expected<json::Document, ApiFailure> call(std::string_view operation,
                                                 const std::string& input, Repeat repeat);

  // No call goes on beyond this instant, whatever its budget; none: there is no such instant.
  void set_deadline(std::optional<base::Instant> deadline) { deadline_ = deadline; }

  // The pace it was given, for callers that have retries of their own.
  Pace& pace() { return pace_; }
  const Backoff& backoff() const { return options_.backoff; }

 private:
  struct Attempt;
  Attempt attempt(std::string_view operation, const std::string& input, base::Duration limit);
  Attempt judge_reply(std::string_view operation, const HttpReply& reply) const;

  JsonApiOptions options_;
  Http& http_;
  Pace& pace_;
  std::optional<base::Instant> deadline_;
};

}  // namespace beckon::lambdas
