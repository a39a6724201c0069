// SPDX-License-Identifier: Apache-2.0
// What goes into a session and what comes out of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/ports.h"
#include "agent/timing.h"
#include "agent/window.h"
#include "common/base/time.h"
#include "common/protocol/cursor.h"
#include "common/protocol/messages.h"

namespace beckon::agent {

struct SessionOptions {
  Timing timing;
  std::size_t concurrency = 4;  // events in flight, at least 1
  std::size_t max_bytes = protocol::kSyncedBytesDefault;
  bool start_oldest = false;      // without a cursor: at the oldest event kept, not at the head
  bool make_before_break = true;  // renewal: two connections for a moment
  // How a person asks for input::TryNow here, for the log: "SIGHUP"; "": not at all. Static text.
  std::string_view try_now_by = {};
};

// --- in ------------------------------------------------------------------------------------

namespace input {

struct Start {};
// The handshake of this attempt succeeded.
struct Opened {
  Attempt attempt = 0;
};
// This attempt did not become a connection. http_status: 0 if no HTTP answer came.
struct Failed {
  Attempt attempt = 0;
  int http_status = 0;
  std::string_view reason;
};
// An open connection ended, whoever ended it. code: 1006 if no close frame came.
struct Closed {
  Attempt attempt = 0;
  std::uint16_t code = 1006;
  std::string_view reason;
};
struct Message {
  Attempt attempt = 0;
  std::string_view text;  // read during the step only
  base::WallTime received_at;
};
// A message was larger than this device takes, or not text; the transport dropped it.
struct Oversized {
  Attempt attempt = 0;
};
struct Timer {};      // the deadline passed
struct NetworkUp {};  // the platform has a network again, or another one, or woke up
struct TryNow {};     // a person asks for it: what refused this device may be mended
// All actions of one dispatch are over. Exactly once per Dispatch.
struct Finished {
  Ticket ticket = 0;
  std::vector<protocol::FailedReport> failed;  // seq is filled in by the session
};
// The answer to Store.
struct Stored {
  bool ok = true;
};
struct Reconfigured {
  SessionOptions options;  // holds from now on; the connection stays
};
struct Stop {};  // a planned shutdown; a second one does not wait

}  // namespace input

using Input =
    std::variant<input::Start, input::Opened, input::Failed, input::Closed, input::Message,
                 input::Oversized, input::Timer, input::NetworkUp, input::TryNow, input::Finished,
                 input::Stored, input::Reconfigured, input::Stop>;

// --- out -----------------------------------------------------------------------------------

enum class State : std::uint8_t {
  kIdle,        // before Start
  kWaiting,     // between two attempts
  kConnecting,  // an attempt is under way
  kSyncing,     // connected; the first sync is not answered
  kOnline,      // connected and answered
  kStopping,
  kStopped,  // for good; the process can end
};

std::string_view to_string(State state);

namespace command {

struct Connect {
  Attempt attempt = 0;
};
struct Send {
  Attempt attempt = 0;
  std::string text;
};
struct Close {
  Attempt attempt = 0;
  std::uint16_t code = 1000;
};
// Hand this event to the dispatcher; answered by Finished.
struct Dispatch {
  Ticket ticket = 0;
  std::string epoch;
  protocol::Event event;
  base::WallTime received_at;
};
// Put the cursor into the storage; answered by Stored before this session's deadline. reports: to
// be put before it (StoredReports); if that fails, the cursor is not put.
struct Store {
  protocol::Cursor cursor;
  std::optional<std::string> reports;
};
// For whoever shows or logs it. reason: one sentence without a period, may be empty.
struct Changed {
  State state = State::kIdle;
  std::string reason;
};
// Events expired before this device came (P-22).
struct Lost {
  std::uint64_t count = 0;
};
// The stream was made anew; cursor is where it starts for this device (P-23).
struct Reset {
  protocol::Cursor cursor;
};

}  // namespace command

using Command = std::variant<command::Connect, command::Send, command::Close, command::Dispatch,
                             command::Store, command::Changed, command::Lost, command::Reset>;

}  // namespace beckon::agent
