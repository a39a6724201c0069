// SPDX-License-Identifier: Apache-2.0
// One entry of PutEvents: what EventBridge refuses about it, how large it counts, and the envelope
// that its targets get.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/json/json.h"
#include "emulator/events/flat_event.h"

namespace beckon::emulator {

inline constexpr std::size_t kPutEventsEntriesMax = 10;
// 1 MB since January 2026, 256 kB before; whether for each entry or for all is open: for all here.
inline constexpr std::size_t kPutEventsBytesMax = 1024 * 1024;

struct EnvelopeContext {
  std::string region = "us-east-1";
  std::string account = "000000000000";
};

// What an entry counts towards the limit: 14 for a Time, and its texts.
std::size_t entry_bytes(json::View entry);

// An entry that is accepted. Its views point into the request and into `detail`.
struct PutEvent {
  std::string id;
  std::string bus;
  std::string envelope;  // JSON text
  json::Document detail;
  std::string time;
  json::View entry;

  // The event by paths, for patterns; valid while this and the request live.
  FlatEvent flatten(const EnvelopeContext& context) const;
};

struct EntryError {
  std::string code;
  std::string message;
};

// Checks an entry and makes its envelope; the detail is copied as it is written, so numbers keep
// their digits. The error is for the entry's slot in the answer.
std::expected<PutEvent, EntryError> read_entry(json::View entry, std::string id, base::WallTime now,
                                               const EnvelopeContext& context);

// The name of a bus given by name or ARN; "default" if none is given.
std::string bus_name(json::View value);

}  // namespace beckon::emulator
