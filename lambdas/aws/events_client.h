// SPDX-License-Identifier: Apache-2.0
// Posting events to EventBridge. Note what EventBridge does not tell: an event for a bus that does
// not exist is accepted and dropped, so the bus's name must come from the stack or be looked up.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lambdas/aws/json_api.h"

namespace beckon::lambdas {

struct EventEntry {
  std::string source;
  std::string detail_type;
  std::string detail;  // JSON object as text
  std::string bus;
};

class EventsClient {
 public:
  // http and pace must outlive it.
  EventsClient(JsonApiOptions options, Http& http, Pace& pace);

  // The options for EventBridge at this endpoint.
  static JsonApiOptions options(Endpoint endpoint, AwsIdentity identity);

  // Posts all, ten to a call; for each entry, in order, the event's id or why it was refused.
  // Entries that EventBridge failed to take for a reason of its own are posted again. Errors:
  // kInvalid (malformed), kDenied, kUnavailable, kTimeout (it may have been posted), kLimit.
  std::vector<base::Result<std::string>> put(std::span<const EventEntry> entries);

  // Whether there is such a bus (name or ARN). Errors: kNotFound, kDenied (the identity may not
  // look: events:DescribeEventBus), and those of JsonApi::call.
  base::Status find_bus(const std::string& bus);

 private:
  std::vector<base::Result<std::string>> put_batch(std::span<const EventEntry> entries);

  JsonApi api_;
};

}  // namespace beckon::lambdas
