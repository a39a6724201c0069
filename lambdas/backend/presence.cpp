// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/presence.h"

#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

Item connection_key(const std::string& user_id, const std::string& connection_id) {
  return {{schema::kUserId, user_id}, {schema::kConnectionId, connection_id}};
}

// Everything but the key.
Item describe(const GatewayEvent& event) {
  Item attributes;
  attributes[schema::kDeviceId] = event.device_id;
  attributes[schema::kConnectedAt] = number(event.connected_at_ms);
  attributes[schema::kExpiresAt] = number(event.connected_at_ms / 1000 + kConnectionRowKept_s);
  if (!event.source_ip.empty()) attributes[schema::kSourceIp] = event.source_ip;
  if (!event.user_agent.empty()) attributes[schema::kUserAgent] = event.user_agent;
  return attributes;
}

}  // namespace

std::optional<ConnectionRow> read_connection_row(const Item& row) {
  ConnectionRow connection;
  connection.user_id = string_of(row, schema::kUserId).value_or("");
  connection.connection_id = string_of(row, schema::kConnectionId).value_or("");
  connection.device_id = string_of(row, schema::kDeviceId).value_or("");
  connection.connected_at_ms = integer_of(row, schema::kConnectedAt).value_or(0);
  connection.expires_at_s = integer_of(row, schema::kExpiresAt).value_or(0);
  connection.synced = row.contains(schema::kSyncedAt);
  if (connection.connection_id.empty()) return std::nullopt;
  return connection;
}

base::Status put_connection(Host& host, const GatewayEvent& event) {
  Item row = describe(event);
  row.merge(connection_key(event.user_id, event.connection_id));
  return host.database.put(host.tables.connections, row, {});
}

base::Status mark_synced(Host& host, const GatewayEvent& event) {
  Update update;
  update.set = describe(event);
  update.set[schema::kSyncedAt] = number(host.pace.wall_now().unix_ms);
  const auto done = host.database.update(
      host.tables.connections, connection_key(event.user_id, event.connection_id), update, {});
  if (!done) return std::unexpected(done.error());
  return {};
}

base::Status remove_connection(Host& host, const std::string& user_id,
                               const std::string& connection_id) {
  return host.database.remove(host.tables.connections, connection_key(user_id, connection_id), {});
}

base::Status remove_gone(Host& host, const ConnectionRow& row) {
  Condition condition;
  if (!row.synced) condition = {{{{schema::kSyncedAt, Term::Op::kNotExists, false}}}};
  const auto done = host.database.remove(host.tables.connections,
                                         connection_key(row.user_id, row.connection_id), condition);
  if (!done && done.error().code == base::ErrorCode::kConflict) return {};
  return done;
}

base::Result<std::vector<ConnectionRow>> connections_of(Host& host, const std::string& user_id) {
  const std::int64_t now_s = unix_s(host.pace.wall_now());
  QueryRequest query;
  query.table = host.tables.connections;
  query.partition_key = schema::kUserId;
  query.partition_value = user_id;
  std::vector<ConnectionRow> connections;
  do {
    auto page = host.database.query(query);
    if (!page) return std::unexpected(page.error());
    for (const Item& row : page->items) {
      auto connection = read_connection_row(row);
      if (connection && connection->expires_at_s > now_s) {
        connections.push_back(std::move(*connection));
      }
    }
    query.exclusive_start_key = std::move(page->last_evaluated_key);
  } while (!query.exclusive_start_key.empty());
  return connections;
}

}  // namespace beckon::lambdas
