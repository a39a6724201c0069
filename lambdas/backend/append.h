// SPDX-License-Identifier: Apache-2.0
// Adding an event to its user's stream: exactly once for each event id, numbered without gaps,
// whatever fails in between. It stores only; pushing is push.h.
#pragma once

#include <string>

#include "lambdas/backend/host.h"
#include "lambdas/backend/stream_row.h"

namespace beckon::lambdas {

struct Appended {
  StoredEvent stored;
  bool duplicate = false;  // it was there already: an earlier attempt got this far
  bool gone = false;       // a duplicate whose event has expired or is superseded: nothing to push
};

// DynamoDB calls: one read of the head (two with a collapse key) and one transaction of three
// writes (five); once more for every race that is lost; two more reads for a duplicate. Errors:
// kUnavailable if the deadline comes first (whether it is stored is unknown: repeat with the same
// id); those of Database.
base::Result<Appended> append(Host& host, const std::string& user_id, const Draft& draft,
                              base::Instant deadline);

// The stream's head; the stream is made, with a new epoch and no events, if the user has none.
base::Result<Head> ensure_head(Host& host, const std::string& user_id, base::Instant deadline);

// An event id's row outlives every retry of that event: Lambda's asynchronous queue (6 h), behind
// EventBridge's (24 h).
inline constexpr std::int64_t kEventIdKeptAfterEvent_s = 30 * 3600;

}  // namespace beckon::lambdas
