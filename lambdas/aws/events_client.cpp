// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/events_client.h"

#include <algorithm>

#include "common/json/writer.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

constexpr std::size_t kEntriesMax = 10;  // EventBridge's limit of one call
constexpr int kAttempts = 4;

bool is_retryable(std::string_view code) {
  return code == "InternalFailure" || code == "InternalException" || code == "ThrottlingException";
}

ErrorCode code_of(std::string_view code) {
  if (is_retryable(code)) return ErrorCode::kUnavailable;
  if (code == "NotAuthorizedForSourceException" || code == "AccessDeniedException") {
    return ErrorCode::kDenied;
  }
  return ErrorCode::kInvalid;
}

std::string render(std::span<const EventEntry> entries) {
  json::Writer input;
  input.begin_object().key("Entries").begin_array();
  for (const EventEntry& entry : entries) {
    input.begin_object()
        .member("Source", entry.source)
        .member("DetailType", entry.detail_type)
        .member("Detail", entry.detail)
        .member("EventBusName", entry.bus)
        .end_object();
  }
  input.end_array().end_object();
  return input.take();
}

base::Result<std::string> read_entry(json::View entry) {
  if (const auto id = entry["EventId"].string()) return std::string(*id);
  const std::string_view code = entry["ErrorCode"].string_or("no error code");
  const std::string_view message = entry["ErrorMessage"].string_or("no message");
  return base::fail(code_of(code),
                    "events PutEvents: " + std::string(code) + ": " + std::string(message));
}

}  // namespace

JsonApiOptions EventsClient::options(Endpoint endpoint, AwsIdentity identity) {
  return json_api_options(std::move(endpoint), std::move(identity), "events", "AWSEvents", "1.1");
}

EventsClient::EventsClient(JsonApiOptions options, Http& http, Pace& pace)
    : api_(std::move(options), http, pace) {}

std::vector<base::Result<std::string>> EventsClient::put(std::span<const EventEntry> entries) {
  std::vector<base::Result<std::string>> results;
  while (!entries.empty()) {
    const std::size_t count = std::min(entries.size(), kEntriesMax);
    for (base::Result<std::string>& result : put_batch(entries.first(count))) {
      results.push_back(std::move(result));
    }
    entries = entries.subspan(count);
  }
  return results;
}

base::Status EventsClient::find_bus(const std::string& bus) {
  json::Writer input;
  input.begin_object().member("Name", bus).end_object();
  const auto answer = api_.call("DescribeEventBus", input.text(), Repeat::kMay);
  if (!answer) return std::unexpected(answer.error().error);
  return {};
}

std::vector<base::Result<std::string>> EventsClient::put_batch(
    std::span<const EventEntry> entries) {
  std::vector<base::Result<std::string>> results(entries.size());
  std::vector<std::size_t> open(entries.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (int attempt = 1; !open.empty(); ++attempt) {
    std::vector<EventEntry> batch;
    batch.reserve(open.size());
    for (const std::size_t i : open) batch.push_back(entries[i]);
    // A call whose outcome is unknown is not repeated: EventBridge would make two events of one.
    const auto answer = api_.call("PutEvents", render(batch), Repeat::kMustNot);
    std::vector<std::size_t> again;
    for (std::size_t k = 0; k < open.size(); ++k) {
      if (!answer) {
        results[open[k]] = std::unexpected(answer.error().error);
        continue;
      }
      results[open[k]] = read_entry((*answer)["Entries"].at(k));
      const base::Result<std::string>& result = results[open[k]];
      if (!result && result.error().code == ErrorCode::kUnavailable) again.push_back(open[k]);
    }
    open = std::move(again);
    if (open.empty() || attempt == kAttempts) break;
    api_.pace().wait(api_.backoff().delay(attempt, api_.pace().random()));
  }
  return results;
}

}  // namespace beckon::lambdas
