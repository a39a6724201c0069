// SPDX-License-Identifier: Apache-2.0
// What a device gets that is behind: from where it starts, and which stored events fit one answer.
// It reads the stream and decides nothing about rows of devices or connections.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lambdas/backend/host.h"
#include "lambdas/backend/stream_row.h"

namespace beckon::lambdas {

// From where an answer starts.
struct Start {
  std::uint64_t after = 0;    // the first event looked at is after + 1
  bool reset = false;         // the device's cursor means nothing in this stream
  bool count_lost = true;     // false: a new device, which could not have missed anything
  bool cursor_known = false;  // the request's cursor is a true receipt
};

// stored: the cursor in the device's row, as text; "" if there is none. A device that comes without
// a cursor has lost its storage if the backend knows one: it goes on there, whatever `start` says;
// at the oldest event kept if that cursor is of another epoch.
Start decide_start(const protocol::SyncRequest& request, std::string_view stored, const Head& head);

// Neighbouring events that an answer passes over although they were, or may have been, meant for
// the device.
struct PassedRun {
  enum class Why : std::uint8_t {
    kExpired,   // before the device came; whom a removed row was for is not known any more
    kReplaced,  // superseded by a newer event of its collapse key
    kBefore,    // the device is new and begins after them
  };
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  Why why = Why::kExpired;
};

struct Replay {
  protocol::Synced answer;
  std::vector<PassedRun> passed;  // in order, at most kPassedRunsMax
};

// One transaction takes as many rows (TransactWriteItems: 100). An answer that would need more ends
// before and says `more`.
inline constexpr std::size_t kPassedRunsMax = 64;

// The answer to a sync: events after start.after and up to `head`, as many as max_bytes takes, each
// passed over that has expired, is superseded or is not for this device. head must have been read
// before this call: an event above it may be seen before the one below it is, so nothing above it
// is looked at.
// DynamoDB calls: none if start.after is the head; else one query, and one transaction without
// writes if numbers are missing in what was read (both again if the transaction finds one of them).
// Errors: those of Database; kUnavailable if the deadline comes first.
base::Result<Replay> replay(Host& host, const std::string& user_id, std::string_view device_id,
                            const Start& start, const Head& head, std::size_t max_bytes,
                            base::Instant deadline);

}  // namespace beckon::lambdas
