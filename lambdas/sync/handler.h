// SPDX-License-Identifier: Apache-2.0
// `sync`: a device says how far it is and gets what comes after. Acknowledgement, replay, repair of
// gaps and heartbeat in one.
#pragma once

#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// The result is the route's response: a `synced` frame, or an `error` frame with the code
// `invalid`, `denied` (the device is not known any more, or not this user's) or `superseded` (it
// has synced through a newer connection); after the latter two the connection is closed. Trouble
// with the database fails the invocation: the device sees API Gateway's own error frame and asks
// again.
//
// DynamoDB calls of every sync: the device's row read and written, the head read: 3. Where the
// device is behind: one query more, and one transaction if numbers are missing in it. With failure
// reports: one transaction more. The first sync on a connection: its row written and the user's
// connections queried, and one removal for each older connection of the device.
base::Result<std::string> handle_sync(Host& host, std::string_view text, base::Instant deadline);

}  // namespace beckon::lambdas
