// SPDX-License-Identifier: Apache-2.0
// What an SQS message in the dead-letter queue says: which event, for whom, and why it could not be
// delivered. Pure. Two forms come in: Lambda's record of a failed invocation (on-failure
// destination), and the bare event with the error in the message's attributes.
#pragma once

#include <cstdint>
#include <string>

#include "common/json/json.h"

namespace beckon::cli {

struct DeadLetter {
  std::int64_t sent_ms = 0;  // 0: not said
  std::string event_id;
  std::string name;  // the event's
  std::string user;  // "" if the event named none
  std::string error_code;
  std::string error_message;
  std::string body;  // as it is in the queue
};

// message: an element of ReceiveMessage's Messages. What it does not say stays empty.
DeadLetter dead_letter(json::View message);

}  // namespace beckon::cli
