// SPDX-License-Identifier: Apache-2.0
#include "cli/rows.h"

#include <algorithm>

#include "common/json/json.h"
#include "lambdas/backend/schema.h"

namespace beckon::cli {
namespace {

namespace schema = lambdas::schema;
using lambdas::Item;

std::string text(const Item& item, const char* name) {
  return std::string(lambdas::string_of(item, name).value_or(""));
}

constexpr std::int64_t kTimeMax_s = 253402300799;  // the end of the year 9999

// Times that can be computed with, whatever the row says. 0: not in the row.
std::int64_t time_of_ms(const Item& item, const char* name) {
  const auto ms = lambdas::integer_of(item, name);
  return ms ? std::clamp<std::int64_t>(*ms, 1, kTimeMax_s * 1000) : 0;
}

std::optional<std::int64_t> expiry_of(const Item& item) {
  const auto seconds = lambdas::integer_of(item, schema::kExpiresAt);
  if (!seconds) return std::nullopt;
  return std::clamp<std::int64_t>(*seconds, 0, kTimeMax_s);
}

std::uint64_t seq_of(const Item& item, const char* name) {
  const std::int64_t seq = lambdas::integer_of(item, name).value_or(0);
  return seq < 0 ? 0 : static_cast<std::uint64_t>(seq);
}

std::vector<std::string> device_list(std::string_view json_text) {
  std::vector<std::string> devices;
  const auto document = json::parse(json_text);
  if (!document) return devices;
  for (const json::View element : document->root()) {
    if (const auto device = element.string()) devices.emplace_back(*device);
  }
  return devices;
}

}  // namespace

ConnectionRow connection_row(const Item& item) {
  return {.user = text(item, schema::kUserId),
          .device = text(item, schema::kDeviceId),
          .connection_id = text(item, schema::kConnectionId),
          .connected_at_ms = time_of_ms(item, schema::kConnectedAt),
          .source_ip = text(item, schema::kSourceIp),
          .user_agent = text(item, schema::kUserAgent),
          .expires_at_s = expiry_of(item)};
}

DeviceRow device_row(const Item& item) {
  DeviceRow row{.device = text(item, schema::kDeviceId),
                .user = text(item, schema::kUserId),
                .cursor = std::nullopt,
                .last_seen_ms = time_of_ms(item, schema::kLastSeen),
                .public_key = text(item, schema::kPublicKey),
                .previous_key = text(item, schema::kPreviousKey),
                .previous_key_until_ms = time_of_ms(item, schema::kPreviousKeyUntil),
                .disabled_at_ms = time_of_ms(item, schema::kDisabledAt),
                .added_at_ms = time_of_ms(item, schema::kAddedAt)};
  if (const auto cursor = protocol::parse_cursor(text(item, schema::kCursor))) row.cursor = *cursor;
  return row;
}

HeadRow head_row(const Item& item) {
  return {.epoch = text(item, schema::kEpoch), .seq = seq_of(item, schema::kSeq)};
}

EventRow event_row(const Item& item) {
  return {.epoch = text(item, schema::kEpoch),
          .seq = seq_of(item, schema::kSeq),
          .id = text(item, schema::kEventId),
          .name = text(item, schema::kName),
          .time = text(item, schema::kTime),
          .data = text(item, schema::kData),
          .devices = device_list(text(item, schema::kTargetDevices)),
          .sender = text(item, schema::kSender),
          .collapse = text(item, schema::kCollapse),
          .superseded_by = seq_of(item, schema::kSupersededBy),
          .expires_at_s = expiry_of(item)};
}

FailedRow failed_row(const Item& item) {
  return {.device = text(item, schema::kDeviceId),
          .epoch = text(item, schema::kEpoch),
          .seq = seq_of(item, schema::kSeq),
          .action = text(item, schema::kAction),
          .error = text(item, schema::kError)};
}

PassedRow passed_row(const Item& item) {
  return {.device = text(item, schema::kDeviceId),
          .epoch = text(item, schema::kEpoch),
          .first_seq = seq_of(item, schema::kFirstSeq),
          .last_seq = seq_of(item, schema::kSeq),
          .reason = text(item, schema::kReason)};
}

bool is_expired(const std::optional<std::int64_t>& expires_at_s, std::int64_t now_s) {
  return expires_at_s && *expires_at_s <= now_s;
}

}  // namespace beckon::cli
