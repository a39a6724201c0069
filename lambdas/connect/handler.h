// SPDX-License-Identifier: Apache-2.0
// `connect`: registers the connection while the handshake waits. Nothing can be sent to the device
// here: the connection is not open before this function has answered.
#pragma once

#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// The result's status is the handshake's: 200, or 403 if the device belongs to another user.
// DynamoDB calls: two. Trouble with the database fails the invocation: the client sees 502.
base::Result<std::string> handle_connect(Host& host, std::string_view text);

}  // namespace beckon::lambdas
