// SPDX-License-Identifier: Apache-2.0
// The receipts of what never came: rows that say which events an answer passed over, and why. The
// cursor alone could not tell them from handled ones.
#pragma once

#include <string>
#include <vector>

#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/host.h"
#include "lambdas/backend/replay.h"

namespace beckon::lambdas {

// Writes one row for each run, all or none. Repeating is harmless.
// DynamoDB calls: one transaction; none if there is nothing to write. Errors: those of Database.
base::Status write_passed(Host& host, const GatewayEvent& event, const std::string& epoch,
                          const std::vector<PassedRun>& runs);

}  // namespace beckon::lambdas
