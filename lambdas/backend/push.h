// SPDX-License-Identifier: Apache-2.0
// Pushing what is stored to who is online. A push that fails is no error: the event is in its
// stream and the device's next sync brings it.
#pragma once

#include "lambdas/backend/host.h"
#include "lambdas/backend/presence.h"
#include "lambdas/backend/stream_row.h"

namespace beckon::lambdas {

struct PushCount {
  std::size_t accepted = 0;
  std::size_t gone = 0;    // their rows are removed
  std::size_t failed = 0;  // throttled or unreachable until the deadline
};

// One POST for each open connection of that user whose device the event is for, in parallel.
// DynamoDB calls: connections_of, and one for each connection that is gone.
// Errors: those of Database, from reading the connections; nothing was pushed then.
base::Result<PushCount> push(Host& host, const std::string& user_id, const StoredEvent& stored,
                             base::Instant deadline);

// The same frame to these connections; removes the rows of those that are gone.
PushCount post_to(Host& host, const std::vector<ConnectionRow>& connections, std::string_view frame,
                  base::Instant deadline);

}  // namespace beckon::lambdas
