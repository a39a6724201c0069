// SPDX-License-Identifier: Apache-2.0
// Store first, push second: what `deliver` and `send` share.
#pragma once

#include "lambdas/backend/append.h"
#include "lambdas/backend/push.h"

namespace beckon::lambdas {

// Whether a device can take the event: its frame's size, nesting and members. kLimit or kInvalid,
// the message starting with a name ("TooLarge: …").
base::Status check_draft(const Draft& draft);

struct Published {
  Appended appended;
  PushCount pushed;
  base::Status push_status;  // why nothing was pushed; the event is stored all the same
};

// Appends the event and pushes it. An event that was appended by an earlier attempt is pushed
// again, since that attempt may have died before its pushes; devices drop duplicates. Errors: of
// check_draft and append, after which nothing is stored, or (kUnavailable) it is not known.
base::Result<Published> publish(Host& host, const std::string& user_id, const Draft& draft,
                                base::Instant deadline);

}  // namespace beckon::lambdas
