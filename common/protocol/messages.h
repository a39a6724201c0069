// SPDX-License-Identifier: Apache-2.0
// The wire messages, version 1: docs/PROTOCOL.md. The agent and the Lambdas meet here alone: what
// one encodes the other decodes. Unknown members are ignored (they are how the protocol grows);
// known ones of the wrong type are errors that name the member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/json/json.h"
#include "common/protocol/cursor.h"
#include "common/protocol/limits.h"

namespace beckon::protocol {

// --- device to server ------------------------------------------------------------------------

struct FailedReport {  // an event that is done with but one of whose actions failed
  std::uint64_t seq = 0;
  std::string action;  // at most kFailedTextBytesMax, as error
  std::string error;
};

struct SyncRequest {
  std::optional<Cursor> cursor;  // none: the device has no cursor yet
  // With a cursor: the newest event that the device has taken in. The answer starts after it, while
  // the cursor alone acknowledges. Not below the cursor's seq; 0 means the same as that.
  std::uint64_t after = 0;
  bool start_oldest = false;  // without a cursor: begin at the oldest event kept, not at the head
  std::size_t max_bytes = kSyncedBytesDefault;
  std::vector<FailedReport> failed;
  // Decoding only: why entries of "failed" were left out, one sentence each; at most
  // kFailedReportsMax.
  std::vector<std::string> failed_refused = {};
};

struct SendRequest {
  std::string name;
  std::string data = "{}";           // JSON text of an object
  bool to_everyone = false;          // "to":"everyone"
  std::vector<std::string> devices;  // optional: only these devices of the owner
  std::optional<std::int64_t> ttl_s;
  std::string collapse;
};

// buffer: a text that is not needed any more, whose memory is used again.
std::string encode(const SyncRequest& request, std::string buffer = {});
std::string encode(const SendRequest& request);
// kInvalid names the member and what was expected. max_bytes is clamped to the limits. A wrong
// entry of "failed" is left out and named in failed_refused: the cursor counts for more than one
// report.
base::Result<SyncRequest> decode_sync(json::View body);
base::Result<SendRequest> decode_send(json::View body);

// --- server to device ------------------------------------------------------------------------

struct Event {
  std::uint64_t seq = 0;
  std::string id;  // the EventBridge id; the same in every repetition
  std::string name;
  std::string time;                  // RFC 3339, UTC
  std::string data = "{}";           // JSON text of an object
  std::vector<std::string> devices;  // not on the wire to devices; for the backend's filter
  // JSON text of an object, see common/signature; "": the event is not signed. Not looked at here.
  std::string signature = {};
};

// One element of `events`: an event, or the news that it does not fit max_bytes.
struct SyncedEntry {
  Event event;  // only seq is set if too_large_bytes is not 0
  std::size_t too_large_bytes = 0;
};

struct Synced {
  Cursor cursor;  // up to here this answer brings the device
  Cursor head;    // the stream's newest event
  std::vector<SyncedEntry> events;
  bool more = false;       // ask again: there is more before head
  std::uint64_t lost = 0;  // events that expired before this device came
  bool reset = false;      // the device's epoch is unknown: the stream was made anew
};

struct LiveEvent {
  std::string epoch;  // "stream"
  Event event;
};

struct Sent {      // the answer to `send`
  std::string id;  // the event's; it is stored, or was sent to everyone
};

struct Broadcast {   // a `send` to everyone: live only, outside every stream
  std::string user;  // who sent it
  std::string device;
  Event event;  // its seq means nothing and is not on the wire
};

struct ErrorMessage {
  std::string code;  // "unknown_action", "invalid", "too_large", "denied", …
  std::string message;
};

// API Gateway's own frames: {"message":…,"connectionId":…,"requestId":…}
struct GatewayFrame {
  enum class Kind { kForbidden, kInternalError, kTimeout, kThrottled, kOther };
  Kind kind = Kind::kOther;
  std::string message;
};

class Spares;  // spares.h

using ServerMessage = std::variant<Synced, LiveEvent, ErrorMessage, GatewayFrame>;

std::string encode(const Synced& message);
std::string encode(const LiveEvent& message);
std::string encode(const ErrorMessage& message);
// Clients that only sync know neither: decode_server_message answers kNotFound and they ignore it.
std::string encode(const Sent& message);
std::string encode(const Broadcast& message);
// The text of one element of `events`, and its size before it is made; for filling max_bytes.
std::string encode(const SyncedEntry& entry);

// What a server's text frame says. Errors: kInvalid (not JSON, wrong member; names it), kNotFound
// (a "type" this version does not know; the caller ignores it).
// spares: whose memory is used, for taking the text apart and for the message.
base::Result<ServerMessage> decode_server_message(std::string_view text, Spares* spares = nullptr);

}  // namespace beckon::protocol
