// SPDX-License-Identifier: Apache-2.0
// The three tables: their attributes and how sort keys are made. The template declares the keys and
// indexes; this header is what all code that touches rows agrees on (functions, the operator's
// CLI).
//
//   connections  PK userId, SK connectionId          one row per open connection
//   streams      PK userId, SK sk                    "head", "seq#0000000000000042",
//                                                    "event-id#<id>", "failed#<seq>#<device>",
//                                                    "passed#<seq>#<device>", "collapse#<key>"
//   devices      PK deviceId                         index userId-index (PK userId); besides the
//                                                    devices "claim#<code>": devices that ask to be
//                                                    registered, "claim#minute#<n>": how many did
//                                                    in that minute. They have no userId
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace beckon::lambdas::schema {

// connections
inline constexpr const char* kUserId = "userId";              // S; also in streams and devices
inline constexpr const char* kConnectionId = "connectionId";  // S
inline constexpr const char* kDeviceId = "deviceId";  // S; also in devices, failed#, passed# rows
inline constexpr const char* kConnectedAt = "connectedAt";  // N, ms
inline constexpr const char* kSourceIp = "sourceIp";        // S
inline constexpr const char* kUserAgent = "userAgent";      // S
inline constexpr const char* kSyncedAt = "syncedAt";        // N, ms; from the first sync on
inline constexpr const char* kExpiresAt = "expiresAt";  // N, s: the TTL attribute of every table

// streams
inline constexpr const char* kSk = "sk";                // S
inline constexpr const char* kEpoch = "epoch";          // S, in every row
inline constexpr const char* kSeq = "seq";              // N
inline constexpr const char* kEventId = "eventId";      // S, in seq# and event-id# rows
inline constexpr const char* kName = "name";            // S
inline constexpr const char* kTime = "time";            // S, RFC 3339
inline constexpr const char* kData = "data";            // S, JSON object
inline constexpr const char* kSignature = "signature";  // S, JSON object; absent: not signed
inline constexpr const char* kTargetDevices =
    "devices";                                        // S, JSON array of device ids; absent: all
inline constexpr const char* kCollapse = "collapse";  // S, absent if none
inline constexpr const char* kSupersededBy = "supersededBy";  // N, seq; the row has no data then
inline constexpr const char* kSender = "sender";  // S, the device that sent it, if one did
inline constexpr const char* kAction = "action";  // S, in failed# rows
inline constexpr const char* kError = "error";    // S, in failed# rows
// In passed# rows: events kFirstSeq … kSeq were not sent to the device, and why.
inline constexpr const char* kFirstSeq = "firstSeq";  // N
inline constexpr const char* kReason = "reason";      // S, one of:
inline constexpr const char* kReasonExpired = "expired";
inline constexpr const char* kReasonReplaced = "replaced";  // superseded by a newer event
inline constexpr const char* kReasonBefore = "before";      // the device is newer than the events
// Index of streams by event id (PK eventId, keys only): only event-id# rows carry kLookupId.
inline constexpr const char* kLookupId = "lookupId";  // S
inline constexpr const char* kLookupIndex = "lookupId-index";

// devices; kConnectionId and kConnectedAt are those of the connection that synced last
inline constexpr const char* kCursor = "cursor";      // S, "epoch:seq"
inline constexpr const char* kLastSeen = "lastSeen";  // N, ms
// The same, of devices with a key.
inline constexpr const char* kPublicKey = "publicKey";      // S, crypto::PublicKey::to_text()
inline constexpr const char* kPreviousKey = "previousKey";  // S, accepted besides until
inline constexpr const char* kPreviousKeyUntil = "previousKeyUntil";  // N, ms
inline constexpr const char* kTokenIssuedAt = "tokenIssuedAt";  // N, ms: iat of the last accepted
inline constexpr const char* kDisabledAt = "disabledAt";        // N, ms; absent: not disabled
inline constexpr const char* kAddedAt = "addedAt";              // N, ms
// In claim# rows, with kPublicKey and kExpiresAt.
inline constexpr const char* kClaimDevice = "claimDevice";  // S, its id
inline constexpr const char* kConflictAt = "conflictAt";    // N, ms: another key has the same code
inline constexpr const char* kCount = "count";              // N, in claim#minute# rows
inline constexpr const char* kUserIndex = "userId-index";

// 16 digits: sorts as text in the order of the numbers, up to kSeqMax (2^53 - 1).
std::string seq_key(std::uint64_t seq);
std::string event_id_key(std::string_view event_id);
std::string failed_key(std::uint64_t seq, std::string_view device_id);
std::string passed_key(std::uint64_t last_seq, std::string_view device_id);
std::string collapse_key(std::string_view collapse);
// Keys of the devices table that are no devices; no device may be called so.
inline constexpr std::string_view kClaimPrefix = "claim#";
std::string claim_key(std::string_view code);
std::string claim_minute_key(std::int64_t minute);
inline constexpr const char* kHeadKey = "head";

// The names under which the template gives the tables to functions, and SSM to operators
// ("/<stack>/connections-table", …).
inline constexpr const char* kEnvConnectionsTable = "CONNECTIONS_TABLE";
inline constexpr const char* kEnvStreamsTable = "STREAMS_TABLE";
inline constexpr const char* kEnvDevicesTable = "DEVICES_TABLE";

}  // namespace beckon::lambdas::schema
