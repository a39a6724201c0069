// SPDX-License-Identifier: Apache-2.0
// The receipts of failure: rows that say which of a device's events are done with but failed.
#pragma once

#include <vector>

#include "common/protocol/messages.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// Writes one row for each event reported, all or none: the first report of an event counts, and
// reports of events after `cursor` (not done with) do not. Repeating is harmless.
// DynamoDB calls: one transaction; none if there is nothing to write. Errors: those of Database.
base::Status write_failed(Host& host, const GatewayEvent& event, const protocol::Cursor& cursor,
                          const std::vector<protocol::FailedReport>& reports);

// Longer than any event is kept, so that a failed event never looks handled.
inline constexpr std::int64_t kFailedKept_s = protocol::kEventTtlMax_s + 24 * 3600;

}  // namespace beckon::lambdas
