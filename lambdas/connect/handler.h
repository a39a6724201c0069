// SPDX-License-Identifier: Apache-2.0
// `connect`: registers the connection while the handshake waits. Nothing can be sent to the device
// here: the connection is not open before this function has answered.
#pragma once

#include "lambdas/backend/auth_mode.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// The result's status is the handshake's: 200, or 403. In open mode the device is registered,
// unless it is somebody else's or has a key. Where keys are wanted nothing is registered: after the
// connection is written down the device's row is read once more, so that of a device that is
// disabled at this moment either we see it, or whoever disables it sees the connection.
// DynamoDB calls: two, for a refusal at most three. Trouble with the database fails the invocation:
// the client sees 502.
base::Result<std::string> handle_connect(Host& host, AuthMode mode, std::string_view text);

}  // namespace beckon::lambdas
