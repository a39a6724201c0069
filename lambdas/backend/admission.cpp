// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/admission.h"

#include <algorithm>
#include <vector>

#include "lambdas/backend/presence.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;
using base::fail;

constexpr base::Duration kCloseBudgetMax{2000};

}  // namespace

base::Status check_admission(Host& host, const std::optional<DeviceRow>& device,
                             const GatewayEvent& event) {
  if (!device || device->user_id != event.user_id) {
    return fail(ErrorCode::kDenied, "this device is not known any more");
  }
  if (device->disabled) return fail(ErrorCode::kDenied, "this device is disabled");
  if (!accepts_key(*device, event.public_key, host.pace.wall_now().unix_ms)) {
    return fail(ErrorCode::kDenied,
                "this device has another key now than the one that opened this connection");
  }
  return {};
}

base::Duration close_budget(Host& host, base::Instant deadline) {
  return std::clamp(std::chrono::duration_cast<base::Duration>((deadline - host.pace.now()) / 2),
                    base::Duration(1), kCloseBudgetMax);
}

std::string refuse_connection(Host& host, const GatewayEvent& event, base::Instant deadline,
                              std::string_view code, const std::string& why) {
  const base::Logger log(host.log, "connection");
  log.warning("device \"%s\" of user \"%s\" on connection %s: %s", event.device_id.c_str(),
              event.user_id.c_str(), event.connection_id.c_str(), why.c_str());
  if (const auto gone = remove_connection(host, event.user_id, event.connection_id); !gone) {
    log.warning("the row of connection %s stays: %s", event.connection_id.c_str(),
                gone.error().message.c_str());
  }
  const std::vector<std::string> ids = {event.connection_id};
  host.connections.close(ids, close_budget(host, deadline));
  return answer_error(code, why);
}

}  // namespace beckon::lambdas
