// SPDX-License-Identifier: Apache-2.0
// A device has one live connection. Decides which one, and ends the others.
#pragma once

#include "lambdas/backend/device_row.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

enum class Standing {
  kCurrent,     // the device has synced through this connection before
  kFirst,       // its first sync through this connection, which is its newest
  kSuperseded,  // it has synced through a newer one
};

// By the time at which API Gateway accepted the connections; the id decides between equal ones.
Standing standing_of(const GatewayEvent& event, const DeviceRow& device);

// Marks this connection's row as synced, and closes and removes the device's older connections.
// Connections that cannot be closed are left: they get no pushes, and their next sync is refused.
// Errors: those of Database.
base::Status take_over(Host& host, const GatewayEvent& event, base::Instant deadline);

}  // namespace beckon::lambdas
