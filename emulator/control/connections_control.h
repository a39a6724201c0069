// SPDX-License-Identifier: Apache-2.0
// The control API's part for open connections: who is connected, and ends that a network or a
// server may make of a link.
#pragma once

#include <string>
#include <string_view>

#include "common/json/json.h"
#include "emulator/gateway/gateway.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

// {"connections":[{"connectionId",…},…]}. gateway: nullptr if there is no WebSocket API.
HttpResponse list_connections(const Gateway* gateway);

// verb: "drop" (a reset, no close frame), "half-open" (silence for ever), "close" (a close frame
// with the body's "code" and "reason"). 404 for another verb or a connection that is not open, 400
// for a code that no close frame may have.
HttpResponse end_connection(Gateway* gateway, const std::string& connection_id,
                            std::string_view verb, json::View body);

}  // namespace beckon::emulator
