// SPDX-License-Identifier: Apache-2.0
// What became of one event on each device of its owner, worked out from rows alone: the stream's
// head, the event, every device's cursor, the failures that devices reported and the events that
// they were never sent. Pure: the rows and the time come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/rows.h"

namespace beckon::cli {

enum class DeviceState : std::uint8_t {
  kPending,   // the device has not said that it is done with it
  kHandled,   // its cursor has passed the event
  kFailed,    // its cursor has passed the event, and an action failed
  kExpired,   // it will not come any more: the event's time to live ended first
  kReplaced,  // it will not come any more: a newer event has the same collapse key
};

inline constexpr DeviceState kDeviceStates[] = {DeviceState::kFailed, DeviceState::kPending,
                                                DeviceState::kHandled, DeviceState::kExpired,
                                                DeviceState::kReplaced};

// "pending", "handled", "failed", "expired", "replaced".
std::string_view to_string(DeviceState state);

struct DeviceStatus {
  std::string device;
  DeviceState state = DeviceState::kPending;
  std::string action = {};          // kFailed: which action,
  std::string error = {};           // and why
  std::uint64_t events_before = 0;  // kPending: how many stored events come before it, if known
};

// What is stored about the devices of one user and a part of the user's stream.
struct Receipts {
  HeadRow head;
  std::vector<DeviceRow> devices;
  std::vector<FailedRow> failed;
  std::vector<PassedRow> passed;
};

// Everything stored about one event. The event's own row may be gone (expired and removed) while
// its id is still known: `event` then has only the sequence number.
struct EventFacts {
  std::string user;
  EventRow event;
  bool event_row_exists = true;
  Receipts receipts;
};

// One entry per device that the event is meant for, ordered by device id: not its sender, nor one
// that is newer than the event. A targeted device that has never connected is pending (or expired,
// replaced) too.
std::vector<DeviceStatus> device_statuses(const EventFacts& facts, std::int64_t now_s);
// The same for an event whose row exists.
std::vector<DeviceStatus> device_statuses(const EventRow& event, const Receipts& receipts,
                                          std::int64_t now_s);

// True if no device is pending.
bool is_settled(const std::vector<DeviceStatus>& statuses);

// True if every device is handled.
bool all_handled(const std::vector<DeviceStatus>& statuses);

}  // namespace beckon::cli
