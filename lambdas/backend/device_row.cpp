// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/device_row.h"

#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

// "the attribute is as it was read", absent if it was "".
Term unchanged(const char* attribute, const std::string& value) {
  if (value.empty()) return {attribute, Term::Op::kNotExists, false};
  return {attribute, Term::Op::kEquals, value};
}

}  // namespace

Item device_key(const std::string& device_id) {
  return {{schema::kDeviceId, device_id}};
}

base::Status register_open_device(Host& host, const GatewayEvent& event) {
  const base::WallTime now = host.pace.wall_now();
  Update update;
  update.set[schema::kUserId] = event.user_id;
  update.set[schema::kLastSeen] = number(now.unix_ms);
  update.set[schema::kExpiresAt] = number(unix_s(now) + kOpenDeviceKept_s);
  const Term no_key = {schema::kPublicKey, Term::Op::kNotExists, false};
  const Condition free_or_own = {
      {{{schema::kUserId, Term::Op::kNotExists, false}, no_key},
       {{schema::kUserId, Term::Op::kEquals, event.user_id}, no_key},
       {{schema::kExpiresAt, Term::Op::kLessOrEquals, number(unix_s(now))}, no_key}}};
  const auto done =
      host.database.update(host.tables.devices, device_key(event.device_id), update, free_or_own);
  if (done) return {};
  if (done.error().code != base::ErrorCode::kConflict) return std::unexpected(done.error());
  return base::fail(base::ErrorCode::kDenied,
                    "device \"" + event.device_id +
                        "\" belongs to another user, or has a key and cannot be used by name");
}

base::Result<std::optional<DeviceRow>> read_device(Host& host, const std::string& device_id) {
  const auto item = host.database.get(host.tables.devices, device_key(device_id));
  if (!item) return std::unexpected(item.error());
  if (!*item) return std::optional<DeviceRow>();
  DeviceRow row;
  row.user_id = string_of(**item, schema::kUserId).value_or("");
  row.cursor = string_of(**item, schema::kCursor).value_or("");
  row.connection_id = string_of(**item, schema::kConnectionId).value_or("");
  row.connected_at_ms = integer_of(**item, schema::kConnectedAt).value_or(0);
  row.expires = (*item)->contains(schema::kExpiresAt);
  row.public_key = string_of(**item, schema::kPublicKey).value_or("");
  row.previous_key = string_of(**item, schema::kPreviousKey).value_or("");
  row.previous_key_until_ms = integer_of(**item, schema::kPreviousKeyUntil).value_or(0);
  row.disabled = (*item)->contains(schema::kDisabledAt);
  return std::optional<DeviceRow>(std::move(row));
}

bool accepts_key(const DeviceRow& row, std::string_view key, std::int64_t now_ms) {
  if (key == row.public_key) return true;
  return !key.empty() && key == row.previous_key && now_ms < row.previous_key_until_ms;
}

bool moves_forward(const std::string& stored, const protocol::Cursor& cursor) {
  const auto before = protocol::parse_cursor(stored);
  return !before || before->epoch != cursor.epoch || before->seq <= cursor.seq;
}

base::Status write_seen(Host& host, const GatewayEvent& event, const DeviceRow& read,
                        const DeviceSeen& seen) {
  const base::WallTime now = host.pace.wall_now();
  Update update;
  update.set[schema::kLastSeen] = number(now.unix_ms);
  update.set[schema::kConnectionId] = event.connection_id;
  update.set[schema::kConnectedAt] = number(event.connected_at_ms);
  if (read.expires) update.set[schema::kExpiresAt] = number(unix_s(now) + kOpenDeviceKept_s);
  if (seen.cursor && (seen.may_go_back || moves_forward(read.cursor, *seen.cursor))) {
    update.set[schema::kCursor] = protocol::to_string(*seen.cursor);
  }
  const auto expiry = read.expires ? Term::Op::kExists : Term::Op::kNotExists;
  const Condition as_read = {{{{schema::kUserId, Term::Op::kEquals, event.user_id},
                               {schema::kDisabledAt, Term::Op::kNotExists, false},
                               {schema::kExpiresAt, expiry, false},
                               unchanged(schema::kPublicKey, read.public_key),
                               unchanged(schema::kConnectionId, read.connection_id),
                               unchanged(schema::kCursor, read.cursor)}}};
  const auto done =
      host.database.update(host.tables.devices, device_key(event.device_id), update, as_read);
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace beckon::lambdas
