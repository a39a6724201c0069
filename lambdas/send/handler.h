// SPDX-License-Identifier: Apache-2.0
// `send`: a device posts an event to its owner's other devices, stored first like any other; or to
// every open connection, live only, where the deployment allows it.
#pragma once

#include "lambdas/backend/host.h"

namespace beckon::lambdas {

struct SendSettings {
  TableScan* everyone = nullptr;  // null: "to":"everyone" is refused
};

// The result is the route's response: a `sent` frame with the event's id once it is stored (or has
// been sent to everyone), or an `error` frame with the code `invalid`, `too_large` or `denied`. A
// connection whose device may not act any more (admission.h) is ended with `denied`.
// Trouble with the database fails the invocation: the device sees API Gateway's own error frame and
// does not know whether the event is stored.
// DynamoDB calls: one, and those of `deliver`, or to everyone one for each MB of connection rows.
base::Result<std::string> handle_send(Host& host, const SendSettings& settings,
                                      std::string_view text, base::Instant deadline);

}  // namespace beckon::lambdas
