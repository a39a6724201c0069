// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/connections_client.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/sigv4/sign.h"

namespace beckon::lambdas {
namespace {

// One exchange. A gateway that needs longer is retried rather than waited for.
constexpr base::Duration kAttemptMax{5000};
// Less than this is not worth an attempt.
constexpr base::Duration kAttemptMin{20};

struct Judged {
  PostOutcome outcome = PostOutcome::kFailed;
  bool retry = false;
};

Judged judge_reply(const base::Result<HttpReply>& reply) {
  // A post repeated may show the device an event twice; it drops what it has seen. A URL or a
  // certificate that is wrong stays wrong.
  if (!reply) {
    const base::ErrorCode code = reply.error().code;
    return {PostOutcome::kFailed,
            code == base::ErrorCode::kUnavailable || code == base::ErrorCode::kTimeout};
  }
  switch (reply->status) {
    case 200:
    case 204: return {PostOutcome::kAccepted, false};
    case 410: return {PostOutcome::kGone, false};
    case 429: return {PostOutcome::kThrottled, true};
    default: return {PostOutcome::kFailed, reply->status >= 500};
  }
}

std::string describe(const base::Result<HttpReply>& reply) {
  if (!reply) return reply.error().message;
  const std::string type(header_of(*reply, "x-amzn-ErrorType"));
  return "status " + std::to_string(reply->status) + " " + type + " " + reply->body.substr(0, 300);
}

}  // namespace

ConnectionsClient::ConnectionsClient(Endpoint endpoint, AwsIdentity identity, Http& http,
                                     Pace& pace, base::LogSink& log)
    : endpoint_(std::move(endpoint)),
      identity_(std::move(identity)),
      http_(http),
      pace_(pace),
      log_(log, "connections") {}

std::vector<PostOutcome> ConnectionsClient::post(std::span<const std::string> connection_ids,
                                                 std::string_view data, base::Duration budget) {
  return call("POST", connection_ids, data, budget);
}

std::vector<PostOutcome> ConnectionsClient::close(std::span<const std::string> connection_ids,
                                                  base::Duration budget) {
  return call("DELETE", connection_ids, {}, budget);
}

HttpRequest ConnectionsClient::signed_request(std::string_view method,
                                              const std::string& connection_id,
                                              std::string_view data) {
  const std::string path = endpoint_.path + "/@connections/" + base::percent_encode(connection_id);
  HttpRequest request{
      std::string(method), endpoint_.scheme + "://" + endpoint_.host + path, {}, data};
  request.headers = {{"Host", endpoint_.host}};
  if (!data.empty()) request.headers.emplace_back("Content-Type", "application/octet-stream");
  const sigv4::Request view{request.method, path, "", request.headers, data};
  for (HttpHeader& header : sigv4::sign(view, identity_.credentials,
                                        {identity_.region, "execute-api"}, pace_.wall_now())) {
    request.headers.push_back(std::move(header));
  }
  return request;
}

// Rounds: all that are still open are sent in parallel; those that may be retried go on to the
// next.
std::vector<PostOutcome> ConnectionsClient::call(std::string_view method,
                                                 std::span<const std::string> connection_ids,
                                                 std::string_view data, base::Duration budget) {
  const base::Instant end = pace_.now() + budget;
  std::vector<PostOutcome> outcomes(connection_ids.size(), PostOutcome::kFailed);
  std::vector<std::size_t> open(connection_ids.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  std::string trouble;
  for (int retries = 0; !open.empty(); ++retries) {
    std::vector<HttpRequest> requests;
    requests.reserve(open.size());
    for (const std::size_t i : open) {
      requests.push_back(signed_request(method, connection_ids[i], data));
    }
    HttpLimits limits;
    limits.total = std::clamp(end - pace_.now(), kAttemptMin, kAttemptMax);
    const auto replies = http_.exchange(requests, limits);
    std::vector<std::size_t> again;
    for (std::size_t k = 0; k < open.size(); ++k) {
      const Judged judged = judge_reply(replies[k]);
      outcomes[open[k]] = judged.outcome;
      if (judged.retry) again.push_back(open[k]);
      const bool good =
          judged.outcome == PostOutcome::kAccepted || judged.outcome == PostOutcome::kGone;
      if (!good) trouble = connection_ids[open[k]] + ": " + describe(replies[k]);
    }
    open = std::move(again);
    const base::Duration delay = backoff_.delay(retries, pace_.random());
    if (open.empty() || pace_.now() + delay + kAttemptMin > end) break;
    pace_.wait(delay);
  }
  const auto failed = std::ranges::count_if(outcomes, [](PostOutcome outcome) {
    return outcome == PostOutcome::kFailed || outcome == PostOutcome::kThrottled;
  });
  if (failed > 0) {
    log_.warning("%s: %d of %zu connections were not reached; the last: %s",
                 std::string(method).c_str(), static_cast<int>(failed), outcomes.size(),
                 trouble.c_str());
  }
  return outcomes;
}

}  // namespace beckon::lambdas
