// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/put_events.h"

#include <fmt/format.h>

#include <cmath>

#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kDetailTypeCharactersMax = 128;
constexpr double kTimeMax_s = 253402300799;  // 9999-12-31T23:59:59Z

std::unexpected<EntryError> invalid(std::string_view parameter, std::string_view reason) {
  return std::unexpected(EntryError{
      "InvalidArgument", fmt::format("Parameter {} is not valid. Reason: {}", parameter, reason)});
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
  }
  return count;
}

// Seconds since 1970 as the JSON protocol sends them; a text is taken as RFC 3339.
base::Result<base::WallTime> read_time(json::View value, base::WallTime now) {
  if (!value.exists() || value.is_null()) return now;
  if (const auto text = value.string()) return base::parse_rfc3339(*text);
  const auto seconds = value.number();
  if (!seconds || *seconds < 0 || *seconds > kTimeMax_s) {
    return base::fail(base::ErrorCode::kInvalid, "no time");
  }
  return base::WallTime{static_cast<std::int64_t>(std::llround(*seconds * 1000))};
}

std::string make_envelope(const PutEvent& event, const EnvelopeContext& context) {
  json::Writer writer;
  writer.begin_object()
      .member("version", "0")
      .member("id", event.id)
      .member("detail-type", event.entry["DetailType"].string_or(""))
      .member("source", event.entry["Source"].string_or(""))
      .member("account", context.account)
      .member("time", event.time)
      .member("region", context.region)
      .key("resources")
      .begin_array();
  for (const json::View resource : event.entry["Resources"]) writer.string(resource.string_or(""));
  writer.end_array().key("detail").raw(event.entry["Detail"].string_or("{}")).end_object();
  return writer.take();
}

}  // namespace

std::size_t entry_bytes(json::View entry) {
  std::size_t bytes = entry["Time"].exists() ? 14 : 0;
  for (const char* name : {"Source", "DetailType", "Detail"})
    bytes += entry[name].string_or("").size();
  for (const json::View resource : entry["Resources"]) bytes += resource.string_or("").size();
  return bytes;
}

std::string bus_name(json::View value) {
  const std::string_view name = value.string_or("");
  if (name.empty()) return "default";
  return std::string(name.substr(name.rfind('/') + 1));
}

std::expected<PutEvent, EntryError> read_entry(json::View entry, std::string id, base::WallTime now,
                                               const EnvelopeContext& context) {
  for (const char* name : {"Source", "DetailType", "Detail"}) {
    if (entry[name].string_or("").empty()) {
      return invalid(name, fmt::format("{} is a required argument.", name));
    }
  }
  if (count_characters(entry["DetailType"].string_or("")) > kDetailTypeCharactersMax) {
    return invalid("DetailType", fmt::format("DetailType is longer than {} characters.",
                                             kDetailTypeCharactersMax));
  }
  if (entry["Source"].string_or("").starts_with("aws.")) {
    return std::unexpected(
        EntryError{"NotAuthorizedForSourceException", "Not authorized for the source."});
  }
  base::Result<json::Document> detail =
      json::parse(entry["Detail"].string_or(""), json::kDepthMaxHost);
  if (!detail || !detail->root().is_object()) {
    return std::unexpected(EntryError{"MalformedDetail", "Detail is malformed."});
  }
  const base::Result<base::WallTime> time = read_time(entry["Time"], now);
  if (!time) return invalid("Time", "Time is not a timestamp.");
  PutEvent event;
  event.id = std::move(id);
  event.bus = bus_name(entry["EventBusName"]);
  event.detail = std::move(*detail);
  event.time = base::format_rfc3339(*time);
  event.entry = entry;
  event.envelope = make_envelope(event, context);
  return event;
}

FlatEvent PutEvent::flatten(const EnvelopeContext& context) const {
  FlatEvent flat;
  flat.add_text("version", "0");
  flat.add_text("id", id);
  flat.add_text("detail-type", entry["DetailType"].string_or(""));
  flat.add_text("source", entry["Source"].string_or(""));
  flat.add_text("account", context.account);
  flat.add_text("time", time);
  flat.add_text("region", context.region);
  if (entry["Resources"].exists()) flat.add("resources", entry["Resources"]);
  flat.add("detail", detail.root());
  return flat;
}

}  // namespace beckon::emulator
