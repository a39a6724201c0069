// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/stream_row.h"

#include <algorithm>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

std::string text_of(const Item& row, const char* name) {
  return std::string(string_of(row, name).value_or(""));
}

std::optional<std::uint64_t> seq_of(const Item& row, const char* name) {
  const auto value = integer_of(row, name);
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

}  // namespace

bool StoredEvent::is_for(std::string_view device_id) const {
  if (!sender.empty() && sender == device_id) return false;
  return event.devices.empty() ||
         std::ranges::find(event.devices, device_id) != event.devices.end();
}

Item stream_key(const std::string& user_id, std::string sort_key) {
  return {{schema::kUserId, user_id}, {schema::kSk, std::move(sort_key)}};
}

Item event_row(const std::string& user_id, const Head& place, const Draft& draft,
               std::int64_t expires_at_s) {
  Item row = stream_key(user_id, schema::seq_key(place.seq));
  row[schema::kEpoch] = place.epoch;
  row[schema::kSeq] = number(static_cast<std::int64_t>(place.seq));
  row[schema::kEventId] = draft.id;
  row[schema::kName] = draft.name;
  row[schema::kTime] = draft.time;
  row[schema::kData] = draft.data;
  row[schema::kExpiresAt] = number(expires_at_s);
  if (!draft.devices.empty()) row[schema::kTargetDevices] = device_list_text(draft.devices);
  if (!draft.sender.empty()) row[schema::kSender] = draft.sender;
  if (!draft.collapse.empty()) row[schema::kCollapse] = draft.collapse;
  if (!draft.signature.empty()) row[schema::kSignature] = draft.signature;
  return row;
}

std::optional<StoredEvent> read_event_row(const Item& row) {
  const auto seq = seq_of(row, schema::kSeq);
  if (!seq) return std::nullopt;
  StoredEvent stored;
  stored.event.seq = *seq;
  stored.epoch = text_of(row, schema::kEpoch);
  stored.event.id = text_of(row, schema::kEventId);
  stored.event.name = text_of(row, schema::kName);
  stored.event.time = text_of(row, schema::kTime);
  stored.event.data = text_of(row, schema::kData);
  stored.event.signature = text_of(row, schema::kSignature);
  if (const auto devices = string_of(row, schema::kTargetDevices)) {
    stored.event.devices = read_device_list(*devices);
  }
  stored.sender = text_of(row, schema::kSender);
  stored.expires_at_s = integer_of(row, schema::kExpiresAt).value_or(0);
  stored.superseded = row.contains(schema::kSupersededBy);
  return stored;
}

std::optional<Head> read_head_row(const Item& row) {
  const auto seq = seq_of(row, schema::kSeq);
  const std::string epoch = text_of(row, schema::kEpoch);
  if (!seq || !protocol::is_epoch(epoch)) return std::nullopt;
  return Head{epoch, *seq};
}

std::string device_list_text(const std::vector<std::string>& devices) {
  json::Writer writer;
  writer.begin_array();
  for (const std::string& device : devices) writer.string(device);
  return writer.end_array().take();
}

std::vector<std::string> read_device_list(std::string_view text) {
  std::vector<std::string> devices;
  const auto document = json::parse(text);
  if (!document || !document->root().is_array()) return devices;
  for (const json::View entry : document->root()) {
    if (const auto id = entry.string()) devices.emplace_back(*id);
  }
  return devices;
}

}  // namespace beckon::lambdas
