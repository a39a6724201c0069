// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/device_registry.h"

#include "lambdas/backend/presence.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;
using base::fail;

Term exists(const char* attribute) {
  return {attribute, Term::Op::kExists, false};
}

Term missing(const char* attribute) {
  return {attribute, Term::Op::kNotExists, false};
}

Term equals(const char* attribute, AttributeValue value) {
  return {attribute, Term::Op::kEquals, std::move(value)};
}

std::unexpected<base::Error> not_found(const std::string& device_id) {
  return fail(ErrorCode::kNotFound, "there is no device \"" + device_id + "\"");
}

std::unexpected<base::Error> no_key(const std::string& device_id) {
  return fail(ErrorCode::kInvalid,
              "device \"" + device_id +
                  "\" was registered in open mode and has no key: give it one with device add, or "
                  "remove it");
}

// The row as it is once the device is registered.
TransactWrite registration(Host& host, const std::string& device_id, const std::string& user_id,
                           const crypto::PublicKey& key) {
  const std::int64_t now_ms = host.pace.wall_now().unix_ms;
  TransactWrite write;
  write.kind = TransactWrite::Kind::kUpdate;
  write.table = host.tables.devices;
  write.key = device_key(device_id);
  write.update.set[schema::kUserId] = user_id;
  write.update.set[schema::kPublicKey] = key.to_text();
  write.update.set[schema::kTokenIssuedAt] = number(now_ms);
  write.update.set[schema::kAddedAt] = number(now_ms);
  write.update.remove = {schema::kExpiresAt};
  write.condition.any_of = {{missing(schema::kUserId), missing(schema::kPublicKey)},
                            {equals(schema::kUserId, user_id), missing(schema::kPublicKey)}};
  return write;
}

// Why a registration was refused.
std::unexpected<base::Error> explain_taken(Host& host, const std::string& device_id) {
  const auto row = read_device(host, device_id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kConflict, "the device was removed meanwhile; try again");
  const auto key = crypto::PublicKey::from_text((*row)->public_key);
  std::string message =
      "device \"" + device_id + "\" is there already, of user \"" + (*row)->user_id + "\"";
  message += key ? " with the key " + key->fingerprint() +
                       "; another key for it: device rotate; another owner: device remove first"
                 : ", registered in open mode; another owner: device remove first";
  return fail(ErrorCode::kAlreadyExists, std::move(message));
}

base::Status check_user_id(const std::string& user_id) {
  if (is_identifier(user_id, protocol::kUserIdBytesMax)) return {};
  return fail(ErrorCode::kInvalid,
              "a user's id has 1 to 128 bytes without control characters, got \"" + user_id + "\"");
}

// An update of a device that has a key; kNotFound or kInvalid if there is none such.
base::Status update_keyed(Host& host, const std::string& device_id, const Update& update) {
  const auto done = host.database.update(host.tables.devices, device_key(device_id), update,
                                         {{{exists(schema::kPublicKey)}}});
  if (done) return {};
  if (done.error().code != ErrorCode::kConflict) return std::unexpected(done.error());
  const auto row = read_device(host, device_id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return not_found(device_id);
  return no_key(device_id);
}

}  // namespace

base::Status add_device(Host& host, const std::string& device_id, const std::string& user_id,
                        const crypto::PublicKey& key) {
  if (!is_device_id(device_id)) {
    return fail(ErrorCode::kInvalid,
                "a device's id has 1 to 128 bytes without control characters and does not begin "
                "with \"claim#\", got \"" +
                    device_id + "\"");
  }
  if (const auto valid = check_user_id(user_id); !valid) return valid;
  const TransactWrite write = registration(host, device_id, user_id, key);
  const auto done = host.database.update(write.table, write.key, write.update, write.condition);
  if (done) return {};
  if (done.error().code != ErrorCode::kConflict) return std::unexpected(done.error());
  return explain_taken(host, device_id);
}

base::Status rotate_key(Host& host, const std::string& device_id, const crypto::PublicKey& key,
                        base::Duration overlap) {
  const auto row = read_device(host, device_id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return not_found(device_id);
  if ((*row)->public_key.empty()) return no_key(device_id);
  const bool has_previous = !(*row)->previous_key.empty();
  if ((*row)->public_key == key.to_text() && (overlap.count() > 0 || !has_previous)) {
    return fail(ErrorCode::kInvalid,
                "device \"" + device_id + "\" has this key already" +
                    (has_previous ? "; the one before ends now with --overlap 0s" : ""));
  }
  Update update;
  update.set[schema::kPublicKey] = key.to_text();
  if (overlap.count() > 0) {
    update.set[schema::kPreviousKey] = (*row)->public_key;
    update.set[schema::kPreviousKeyUntil] = number(host.pace.wall_now().unix_ms + overlap.count());
  } else {
    update.remove = {schema::kPreviousKey, schema::kPreviousKeyUntil};
  }
  const auto done = host.database.update(host.tables.devices, device_key(device_id), update,
                                         {{{equals(schema::kPublicKey, (*row)->public_key)}}});
  if (done) return {};
  if (done.error().code != ErrorCode::kConflict) return std::unexpected(done.error());
  return fail(ErrorCode::kConflict,
              "device \"" + device_id + "\" was changed by somebody else meanwhile; look again");
}

base::Status disable_device(Host& host, const std::string& device_id) {
  Update update;
  update.set[schema::kDisabledAt] = number(host.pace.wall_now().unix_ms);
  return update_keyed(host, device_id, update);
}

base::Status enable_device(Host& host, const std::string& device_id) {
  Update update;
  update.remove = {schema::kDisabledAt};
  return update_keyed(host, device_id, update);
}

base::Status remove_device(Host& host, const std::string& device_id) {
  const auto done = host.database.remove(host.tables.devices, device_key(device_id),
                                         {{{exists(schema::kUserId)}}});
  if (done) return {};
  if (done.error().code != ErrorCode::kConflict) return done;
  return not_found(device_id);
}

base::Result<ClosedConnections> close_connections(Host& host, const std::string& user_id,
                                                  const std::string& device_id,
                                                  base::Duration budget) {
  const auto rows = connections_of(host, user_id);
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::string> ids;
  for (const ConnectionRow& row : *rows) {
    if (row.device_id == device_id) ids.push_back(row.connection_id);
  }
  ClosedConnections result;
  if (ids.empty()) return result;
  const auto outcomes = host.connections.close(ids, budget);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (outcomes[i] != PostOutcome::kAccepted && outcomes[i] != PostOutcome::kGone) {
      ++result.failed;
      continue;
    }
    // One that was gone may have been on its way in: it is refused at its first sync.
    if (outcomes[i] == PostOutcome::kAccepted) ++result.closed;
    if (const auto gone = remove_connection(host, user_id, ids[i]); !gone) {
      return std::unexpected(gone.error());
    }
  }
  return result;
}

base::Result<ClaimedDevice> claim_device(Host& host, const std::string& code,
                                         const std::string& user_id) {
  if (const auto valid = check_user_id(user_id); !valid) return std::unexpected(valid.error());
  const Item key = device_key(schema::claim_key(code));
  const auto item = host.database.get(host.tables.devices, key);
  if (!item) return std::unexpected(item.error());
  const std::int64_t now_s = unix_s(host.pace.wall_now());
  if (!*item || integer_of(**item, schema::kExpiresAt).value_or(0) <= now_s) {
    return fail(ErrorCode::kNotFound, "no device shows this code now");
  }
  if ((*item)->contains(schema::kConflictAt)) {
    return fail(ErrorCode::kConflict,
                "two devices with different keys show this code, and one of them may be somebody "
                "else's; make a new key on yours (beckon-agent keygen), or register it by its "
                "public key (beckon device add)");
  }
  const std::string device_id(string_of(**item, schema::kClaimDevice).value_or(""));
  const std::string stored(string_of(**item, schema::kPublicKey).value_or(""));
  const auto public_key = crypto::PublicKey::from_text(stored);
  if (!is_device_id(device_id) || !public_key) {
    return fail(ErrorCode::kInternal, "the row of this code is damaged");
  }
  TransactWrite used_up;
  used_up.kind = TransactWrite::Kind::kDelete;
  used_up.table = host.tables.devices;
  used_up.key = key;
  used_up.condition = {{{equals(schema::kPublicKey, stored),
                         equals(schema::kClaimDevice, device_id), missing(schema::kConflictAt)}}};
  int failed_index = -1;
  const auto done = host.database.transact(
      {used_up, registration(host, device_id, user_id, *public_key)}, &failed_index);
  if (done) return ClaimedDevice{device_id, *public_key};
  if (done.error().code != ErrorCode::kConflict) return std::unexpected(done.error());
  if (failed_index == 1) return explain_taken(host, device_id);
  return fail(ErrorCode::kConflict, "the code's row changed meanwhile; try again");
}

}  // namespace beckon::lambdas
