// SPDX-License-Identifier: Apache-2.0
// Is who `authorize` let in still to be let in? A connection lives for two hours, and meanwhile its
// device may have been disabled, removed, given to somebody else, or given another key. Closing it
// is the operator's first means, and can fail or miss one; this is the second: what acts for a
// device asks here first. Does not decide which of a device's connections is the right one.
#pragma once

#include <string>
#include <string_view>

#include "lambdas/backend/device_row.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// device: its row as it is now, none if there is none. kDenied, with a text for the device, if the
// connection of this event may not act for it any more.
base::Status check_admission(Host& host, const std::optional<DeviceRow>& device,
                             const GatewayEvent& event);

// How long closing connections may take: it is a courtesy, and the answer must not wait for it
// long.
base::Duration close_budget(Host& host, base::Instant deadline);

// Ends this very connection, with a line in the log. The function's result: an error frame with
// this code (P-25) and text.
std::string refuse_connection(Host& host, const GatewayEvent& event, base::Instant deadline,
                              std::string_view code, const std::string& why);

}  // namespace beckon::lambdas
