// SPDX-License-Identifier: Apache-2.0
// API Gateway's @connections as the handlers see it: a port. The real client is
// connections_client.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"

namespace beckon::lambdas {

enum class PostOutcome : std::uint8_t {
  kAccepted,   // 200: API Gateway took it for the socket; not that the device has it
  kGone,       // 410: the connection does not exist
  kThrottled,  // 429, after retries within the deadline
  kFailed,     // anything else, after retries within the deadline
};

class Connections {
 public:
  // Sends `data` (UTF-8, at most kMessageBytesMax) to every connection, in parallel; one outcome
  // per connection, in order. Retries 429 and 5xx with jitter until `budget` has passed.
  virtual std::vector<PostOutcome> post(std::span<const std::string> connection_ids,
                                        std::string_view data, base::Duration budget) = 0;
  // Closes the connections, in parallel; a connection that is gone already is kGone.
  virtual std::vector<PostOutcome> close(std::span<const std::string> connection_ids,
                                         base::Duration budget) = 0;

 protected:
  ~Connections() = default;
};

}  // namespace beckon::lambdas
