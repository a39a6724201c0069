// SPDX-License-Identifier: Apache-2.0
// Rows of the connections table: who is online. A row is a hint that an event can be pushed there;
// nothing is lost if it is wrong, because every event is in its stream.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

struct ConnectionRow {
  std::string user_id;
  std::string connection_id;
  std::string device_id;
  std::int64_t connected_at_ms = 0;
  std::int64_t expires_at_s = 0;
  bool synced = false;  // its device has sent a sync through it: it was open then
};

std::optional<ConnectionRow> read_connection_row(const Item& row);

// Before the connection is open. DynamoDB calls: one. Errors: those of Database.
base::Status put_connection(Host& host, const GatewayEvent& event);

// At the first sync: marks the row as synced, and makes it again if a push that came before the
// connection was open has removed it. DynamoDB calls: one.
base::Status mark_synced(Host& host, const GatewayEvent& event);

// DynamoDB calls: one. No error if there is no such row.
base::Status remove_connection(Host& host, const std::string& user_id,
                               const std::string& connection_id);

// After a 410. A row that was not synced when it was read is left alone if it is now: the 410 was
// the answer of a connection that was not open yet. DynamoDB calls: one.
base::Status remove_gone(Host& host, const ConnectionRow& row);

// Every open connection of one user, read consistently, without expired rows.
// DynamoDB calls: one for each MB of rows (some 4,000 connections).
base::Result<std::vector<ConnectionRow>> connections_of(Host& host, const std::string& user_id);

// API Gateway ends a connection after 2 h; the slack covers clocks that differ and slow handshakes.
inline constexpr std::int64_t kConnectionRowKept_s = 2 * 3600 + 15 * 60;

}  // namespace beckon::lambdas
