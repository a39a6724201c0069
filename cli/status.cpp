// SPDX-License-Identifier: Apache-2.0
#include "cli/status.h"

#include <algorithm>

#include "lambdas/backend/schema.h"

namespace beckon::cli {
namespace {

namespace schema = lambdas::schema;

bool is_target(const EventRow& event, std::string_view device) {
  if (!event.sender.empty() && event.sender == device) return false;
  return event.devices.empty() || std::ranges::find(event.devices, device) != event.devices.end();
}

// A cursor of another epoch says nothing about this stream: the device starts again at the oldest
// event kept.
bool has_passed(const DeviceRow& device, const EventRow& event) {
  return device.cursor && device.cursor->epoch == event.epoch && device.cursor->seq >= event.seq;
}

const FailedRow* find_failure(const Receipts& receipts, const EventRow& event,
                              std::string_view device) {
  const auto found = std::ranges::find_if(receipts.failed, [&](const FailedRow& row) {
    return row.device == device && row.seq == event.seq && row.epoch == event.epoch;
  });
  return found == receipts.failed.end() ? nullptr : &*found;
}

// Why the device was never sent the event; "" if it was, or will be.
std::string_view find_reason(const Receipts& receipts, const EventRow& event,
                             std::string_view device) {
  const auto found = std::ranges::find_if(receipts.passed, [&](const PassedRow& row) {
    return row.device == device && row.epoch == event.epoch && row.first_seq <= event.seq &&
           row.last_seq >= event.seq;
  });
  return found == receipts.passed.end() ? "" : std::string_view(found->reason);
}

// One event, and what is stored about the devices.
class Judge {
 public:
  Judge(const EventRow& event, bool row_exists, const Receipts& receipts, std::int64_t now_s)
      : event_(event), row_exists_(row_exists), receipts_(receipts), now_s_(now_s) {}

  bool concerns(const DeviceRow& device) const {
    return is_target(event_, device.device) &&
           find_reason(receipts_, event_, device.device) != schema::kReasonBefore;
  }

  DeviceState state_of_unfinished() const {
    if (!row_exists_ || is_expired(event_.expires_at_s, now_s_)) return DeviceState::kExpired;
    return event_.superseded_by != 0 ? DeviceState::kReplaced : DeviceState::kPending;
  }

  DeviceStatus status_of(const DeviceRow& device) const {
    DeviceStatus status{.device = device.device};
    const std::string_view reason = find_reason(receipts_, event_, device.device);
    if (const FailedRow* failure = find_failure(receipts_, event_, device.device)) {
      status.state = DeviceState::kFailed;
      status.action = failure->action;
      status.error = failure->error;
    } else if (reason == schema::kReasonExpired) {
      status.state = DeviceState::kExpired;
    } else if (reason == schema::kReasonReplaced) {
      status.state = DeviceState::kReplaced;
    } else if (has_passed(device, event_)) {
      status.state = DeviceState::kHandled;
    } else {
      status.state = state_of_unfinished();
      if (status.state == DeviceState::kPending && device.cursor &&
          device.cursor->epoch == event_.epoch) {
        status.events_before = event_.seq - device.cursor->seq - 1;
      }
    }
    return status;
  }

 private:
  const EventRow& event_;
  bool row_exists_;
  const Receipts& receipts_;
  std::int64_t now_s_;
};

std::vector<DeviceStatus> statuses_of(const EventRow& event, const Receipts& receipts,
                                      const Judge& judge) {
  std::vector<DeviceStatus> statuses;
  for (const DeviceRow& device : receipts.devices) {
    if (judge.concerns(device)) statuses.push_back(judge.status_of(device));
  }
  for (const std::string& target : event.devices) {
    if (std::ranges::find(receipts.devices, target, &DeviceRow::device) == receipts.devices.end()) {
      statuses.push_back({.device = target, .state = judge.state_of_unfinished()});
    }
  }
  std::ranges::sort(statuses, {}, &DeviceStatus::device);
  return statuses;
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
  return statuses_of(facts.event, facts.receipts,
                     Judge(facts.event, facts.event_row_exists, facts.receipts, now_s));
}

std::vector<DeviceStatus> device_statuses(const EventRow& event, const Receipts& receipts,
                                          std::int64_t now_s) {
  return statuses_of(event, receipts, Judge(event, true, receipts, now_s));
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
