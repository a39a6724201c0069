// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "cli/commands.h"
#include "cli/table.h"
#include "common/base/log.h"

namespace beckon::cli {
namespace {

// What AWS and the emulator say of a signature that names another region than theirs.
constexpr std::string_view kWrongRegion = "scoped to a valid region";
// A key that is not known there, which it also is in another partition, or in a region that its
// account has not enabled.
constexpr std::string_view kUnknownKey[] = {"UnrecognizedClientException", "InvalidClientTokenId"};

std::string advice_on_refusal(const std::string& message, const Access& access) {
  const std::string region = fmt::format("'{}'", access.region);
  if (message.find(kWrongRegion) != std::string::npos) {
    return fmt::format(
        "The region is {}, from --region, AWS_REGION or AWS_DEFAULT_REGION, and is not that of {}; "
        "an emulator shows its own when it starts (us-east-1 unless it was told otherwise)",
        region, place(access));
  }
  std::string advice =
      "Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; an emulator takes "
      "'local' for both unless it was told otherwise";
  const bool is_unknown = std::ranges::any_of(
      kUnknownKey, [&](std::string_view type) { return message.find(type) != std::string::npos; });
  if (is_unknown && access.endpoint_url.empty()) {
    advice += fmt::format(
        ". A key is also unknown in a region that its account has not enabled: is {} right "
        "(--region)?",
        region);
  }
  return advice;
}

}  // namespace

std::string place(const Access& access) {
  return access.endpoint_url.empty()
             ? fmt::format("AWS in {}", access.region)
             : fmt::format("{} ({})", access.endpoint_url, access.why_endpoint);
}

std::string explain(const base::Error& error, const Access& access) {
  const std::string where = place(access);
  const std::string message = base::escape_control(error.message);
  switch (error.code) {
    case base::ErrorCode::kUnavailable:
    case base::ErrorCode::kTimeout:
    case base::ErrorCode::kIo:
      if (access.answered) {
        return fmt::format("{} answered with an error: {}\nTry again in a moment; {}", where,
                           message,
                           access.endpoint_url.empty()
                               ? "if it stays so, look at https://health.aws.amazon.com and at the "
                                 "account's quotas"
                               : "if it stays so, the emulator's log says why");
      }
      return fmt::format("cannot reach {}: {}\n{}", where, message,
                         access.endpoint_url.empty()
                             ? "Is the region right (--region)? Is there a network?"
                             : "Is the emulator running? Start it with: beckon-emulator\n"
                               "If it listens elsewhere, say where: beckon --endpoint-url URL …");
    case base::ErrorCode::kDenied:
      return fmt::format("{} refused the call: {}\n{}", where, message,
                         advice_on_refusal(message, access));
    case base::ErrorCode::kNotFound:
      return fmt::format(
          "{} does not have what was asked for: {}\nAre --stack (it is '{}') and --region (it is "
          "'{}') right?",
          where, message, access.stack, access.region);
    default: return fmt::format("{}: {}", where, message);
  }
}

void print_json(json::Writer& writer) {
  fmt::print("{}\n", writer.take());
}

void write_statuses(json::Writer& writer, const std::vector<DeviceStatus>& statuses) {
  writer.key("devices").begin_array();
  for (const DeviceStatus& status : statuses) {
    writer.begin_object().member("device", status.device).member("state", to_string(status.state));
    if (status.state == DeviceState::kFailed) {
      writer.member("action", status.action).member("error", status.error);
    }
    if (status.state == DeviceState::kPending) {
      writer.member("events_before", static_cast<std::int64_t>(status.events_before));
    }
    writer.end_object();
  }
  writer.end_array();
}

std::string statuses_line(const std::vector<DeviceStatus>& statuses) {
  std::string line;
  for (const DeviceState state : kDeviceStates) {
    std::string names;
    for (const DeviceStatus& status : statuses) {
      if (status.state != state) continue;
      names += (names.empty() ? "" : ", ") + status.device;
      if (state == DeviceState::kFailed) {
        names += fmt::format(" ({}: {})", status.action, status.error);
      }
    }
    if (names.empty()) continue;
    line += fmt::format("{}{}: {}", line.empty() ? "" : "; ", to_string(state), names);
  }
  return line;
}

std::string statuses_table(const std::vector<DeviceStatus>& statuses, std::size_t width_max) {
  Table table({"DEVICE", "STATE", "DETAIL"});
  for (const DeviceStatus& status : statuses) {
    std::string detail;
    if (status.state == DeviceState::kFailed) {
      detail = status.action.empty() ? status.error : status.action + ": " + status.error;
    } else if (status.state == DeviceState::kPending && status.events_before != 0) {
      detail = counted(status.events_before, "event") + " before it";
    } else if (status.state == DeviceState::kReplaced) {
      detail = "a newer event has the same collapse key";
    }
    table.add({status.device, std::string(to_string(status.state)), detail});
  }
  return table.render(width_max);
}

}  // namespace beckon::cli
