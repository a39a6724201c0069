// SPDX-License-Identifier: Apache-2.0
#include "cli/status.h"

#include <algorithm>

namespace beckon::cli {
namespace {

bool is_target(const EventRow& event, std::string_view device) {
  if (!event.sender.empty() && event.sender == device) return false;
  return event.devices.empty() || std::ranges::find(event.devices, device) != event.devices.end();
}

// A cursor of another epoch says nothing about this stream: the device starts again at the oldest
// event kept.
bool has_passed(const DeviceRow& device, const EventFacts& facts) {
  return device.cursor && device.cursor->epoch == facts.event.epoch &&
         device.cursor->seq >= facts.event.seq;
}

DeviceState state_of_unfinished(const EventFacts& facts, std::int64_t now_s) {
  if (!facts.event_row_exists || is_expired(facts.event.expires_at_s, now_s)) {
    return DeviceState::kExpired;
  }
  return facts.event.superseded_by != 0 ? DeviceState::kReplaced : DeviceState::kPending;
}

DeviceStatus status_of(const DeviceRow& device, const EventFacts& facts, std::int64_t now_s) {
  DeviceStatus status{.device = device.device};
  const auto failure = std::ranges::find(facts.failed, device.device, &FailedRow::device);
  if (failure != facts.failed.end()) {
    status.state = DeviceState::kFailed;
    status.action = failure->action;
    status.error = failure->error;
  } else if (has_passed(device, facts)) {
    status.state = DeviceState::kHandled;
  } else {
    status.state = state_of_unfinished(facts, now_s);
    if (status.state == DeviceState::kPending && device.cursor &&
        device.cursor->epoch == facts.event.epoch) {
      status.events_before = facts.event.seq - device.cursor->seq - 1;
    }
  }
  return status;
}

}  // namespace

std::string_view to_string(DeviceState state) {
  switch (state) {
    case DeviceState::kPending: return "pending";
    case DeviceState::kHandled: return "handled";
    case DeviceState::kFailed: return "failed";
    case DeviceState::kExpired: return "expired";
    case DeviceState::kReplaced: return "replaced";
  }
  return "unknown";
}

std::vector<DeviceStatus> device_statuses(const EventFacts& facts, std::int64_t now_s) {
  std::vector<DeviceStatus> statuses;
  for (const DeviceRow& device : facts.devices) {
    if (is_target(facts.event, device.device)) statuses.push_back(status_of(device, facts, now_s));
  }
  for (const std::string& target : facts.event.devices) {
    if (std::ranges::find(statuses, target, &DeviceStatus::device) == statuses.end()) {
      statuses.push_back({.device = target, .state = state_of_unfinished(facts, now_s)});
    }
  }
  std::ranges::sort(statuses, {}, &DeviceStatus::device);
  return statuses;
}

bool is_settled(const std::vector<DeviceStatus>& statuses) {
  return std::ranges::none_of(
      statuses, [](const DeviceStatus& s) { return s.state == DeviceState::kPending; });
}

bool all_handled(const std::vector<DeviceStatus>& statuses) {
  return std::ranges::all_of(
      statuses, [](const DeviceStatus& s) { return s.state == DeviceState::kHandled; });
}

}  // namespace beckon::cli
