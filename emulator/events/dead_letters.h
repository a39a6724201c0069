// SPDX-License-Identifier: Apache-2.0
// What is written into a queue about an event that could not be delivered: the three forms that
// AWS has (a function's dead-letter queue, its on-failure destination, a rule's dead-letter queue).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emulator/events/queues.h"
#include "emulator/functions/invoker.h"

namespace beckon::emulator {

// How the last invocation of an asynchronous event ended.
struct FailedInvocation {
  std::string request_id;
  std::string function_arn;
  std::string event;           // JSON text, as the function got it
  std::string_view condition;  // "RetriesExhausted" or "EventAgeExceeded"
  int invokes_count = 0;
  bool answered = false;  // false: throttled or unavailable to the end
  std::string answer;     // the error JSON if answered, else a sentence or ""
  std::int64_t ended_unix_ms = 0;
};

// errorType and errorMessage of the answer; what is known if there was none.
struct FailureText {
  std::string code;
  std::string message;
};
FailureText failure_text(const FailedInvocation& failed);

// For DeadLetterConfig: the event as body, RequestID, ErrorCode and ErrorMessage as attributes.
QueueMessage dead_letter_of_function(const FailedInvocation& failed);

// For DestinationConfig.OnFailure: the invocation record, version 1.0.
QueueMessage on_failure_record(const FailedInvocation& failed);

// What EventBridge could not hand to its target.
struct FailedDelivery {
  std::string event;
  std::string rule_arn;
  std::string target_arn;
  std::string error_code;  // "NO_RESOURCE", "THROTTLING"
  std::string error_message;
  std::string exhausted;  // "MaximumRetryAttempts", "MaximumEventAgeInSeconds"; "" if not retried
  int retries_count = 0;
};
QueueMessage dead_letter_of_rule(const FailedDelivery& failed);

}  // namespace beckon::emulator
