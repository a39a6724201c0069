// SPDX-License-Identifier: Apache-2.0
#include "lambdas/sync/takeover.h"

#include <tuple>

#include "lambdas/backend/admission.h"
#include "lambdas/backend/presence.h"

namespace beckon::lambdas {
namespace {

bool is_older(std::int64_t connected_at_ms, const std::string& connection_id,
              std::int64_t than_connected_at_ms, const std::string& than_connection_id) {
  return std::tie(connected_at_ms, connection_id) <
         std::tie(than_connected_at_ms, than_connection_id);
}

}  // namespace

Standing standing_of(const GatewayEvent& event, const DeviceRow& device) {
  if (device.connection_id == event.connection_id) return Standing::kCurrent;
  const bool newer_is_known = is_older(event.connected_at_ms, event.connection_id,
                                       device.connected_at_ms, device.connection_id);
  return newer_is_known ? Standing::kSuperseded : Standing::kFirst;
}

base::Status take_over(Host& host, const GatewayEvent& event, base::Instant deadline) {
  if (const auto marked = mark_synced(host, event); !marked) return marked;
  const auto connections = connections_of(host, event.user_id);
  if (!connections) return std::unexpected(connections.error());
  std::vector<std::string> older;
  for (const ConnectionRow& row : *connections) {
    if (row.device_id == event.device_id && is_older(row.connected_at_ms, row.connection_id,
                                                     event.connected_at_ms, event.connection_id)) {
      older.push_back(row.connection_id);
    }
  }
  if (older.empty()) return {};
  // Closed first: if this ends in between, the rows that stay are found gone by the next push. The
  // other way round nobody would know of the open connections.
  host.connections.close(older, close_budget(host, deadline));
  for (const std::string& connection_id : older) {
    const auto removed = remove_connection(host, event.user_id, connection_id);
    if (!removed) return removed;
  }
  return {};
}

}  // namespace beckon::lambdas
