// SPDX-License-Identifier: Apache-2.0
// beckon connections and beckon devices: who is online, and how far each device is.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/commands.h"
#include "cli/table.h"
#include "common/crypto/es256.h"

namespace beckon::cli {
namespace {

std::string time_text(std::int64_t unix_ms) {
  return unix_ms == 0 ? "" : base::format_rfc3339({unix_ms}, true);
}

struct DeviceLine {
  DeviceRow row;
  bool is_online = false;
  std::string head;                     // "epoch:seq", "" if the user has no stream
  std::optional<std::uint64_t> behind;  // events between cursor and head, if both are known
};

void compare(DeviceLine& line, const std::optional<HeadRow>& head) {
  if (!head) return;
  line.head = protocol::to_string({head->epoch, head->seq});
  if (line.row.cursor && line.row.cursor->epoch == head->epoch) {
    line.behind = head->seq - std::min(line.row.cursor->seq, head->seq);
  }
}

bool is_online(const std::vector<ConnectionRow>& connections, const DeviceRow& row) {
  return std::ranges::find(connections, row.device, &ConnectionRow::device) != connections.end();
}

DeviceLine device_line(const Context& context, const DeviceRow& row, std::int64_t now_s) {
  DeviceLine line{.row = row, .is_online = false, .head = "", .behind = std::nullopt};
  line.is_online =
      is_online(answer(context.reader.connections(row.user, now_s), context.access), row);
  compare(line, answer(context.reader.head(row.user), context.access));
  return line;
}

std::vector<DeviceLine> device_lines(const Context& context, const std::string& user,
                                     std::int64_t now_s) {
  const auto devices = answer(context.reader.devices(user), context.access);
  const auto connections = answer(context.reader.connections(user, now_s), context.access);
  std::map<std::string, std::optional<HeadRow>> heads;
  std::vector<DeviceLine> lines;
  for (const DeviceRow& row : devices) {
    auto [head, is_new] = heads.try_emplace(row.user);
    if (is_new) head->second = answer(context.reader.head(row.user), context.access);
    DeviceLine line{.row = row, .is_online = false, .head = "", .behind = std::nullopt};
    line.is_online = is_online(connections, row);
    compare(line, head->second);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string fingerprint_of(const std::string& stored) {
  const auto key = crypto::PublicKey::from_text(stored);
  return key ? key->fingerprint() : "unreadable";
}

bool has_previous_key(const DeviceRow& row, std::int64_t now_ms) {
  return !row.previous_key.empty() && row.previous_key_until_ms > now_ms;
}

// How the device may come in.
std::string state_of(const DeviceRow& row) {
  if (row.disabled_at_ms != 0) return "disabled";
  return row.public_key.empty() ? "open" : "enabled";
}

void write_device(json::Writer& writer, const DeviceLine& line, std::int64_t now_ms) {
  const DeviceRow& row = line.row;
  writer.begin_object()
      .member("device", row.device)
      .member("user", row.user)
      .member("online", line.is_online)
      .member("state", state_of(row));
  if (!row.public_key.empty()) writer.member("key", fingerprint_of(row.public_key));
  if (has_previous_key(row, now_ms)) {
    writer.member("previous_key", fingerprint_of(row.previous_key));
    writer.member("previous_key_until", time_text(row.previous_key_until_ms));
  }
  if (row.cursor) writer.member("cursor", protocol::to_string(*row.cursor));
  if (!line.head.empty()) writer.member("head", line.head);
  if (line.behind) writer.member("behind", static_cast<std::int64_t>(*line.behind));
  if (row.added_at_ms != 0) writer.member("added", time_text(row.added_at_ms));
  if (row.disabled_at_ms != 0) writer.member("disabled", time_text(row.disabled_at_ms));
  if (row.last_seen_ms != 0) writer.member("last_seen", time_text(row.last_seen_ms));
  writer.end_object();
}

void print_devices_json(const std::vector<DeviceLine>& lines, std::int64_t now_ms) {
  json::Writer writer;
  writer.begin_object().key("devices").begin_array();
  for (const DeviceLine& line : lines) write_device(writer, line, now_ms);
  writer.end_array().end_object();
  print_json(writer);
}

}  // namespace

int run_connections(const Context& context, const ConnectionsOptions& options) {
  const std::int64_t now_ms = base::wall_now().unix_ms;
  const auto rows = answer(context.reader.connections(options.user, now_ms / 1000), context.access);
  if (context.json) {
    json::Writer writer;
    writer.begin_object().key("connections").begin_array();
    for (const ConnectionRow& row : rows) {
      writer.begin_object()
          .member("user", row.user)
          .member("device", row.device)
          .member("connection_id", row.connection_id)
          .member("connected_at", time_text(row.connected_at_ms))
          .member("source_ip", row.source_ip)
          .member("user_agent", row.user_agent)
          .end_object();
    }
    writer.end_array().end_object();
    print_json(writer);
    return kExitOk;
  }
  Table table({"USER", "DEVICE", "CONNECTION", "SINCE", "FROM", "AGENT"});
  for (const ConnectionRow& row : rows) {
    table.add({row.user, row.device, row.connection_id, relative_time(row.connected_at_ms, now_ms),
               row.source_ip, row.user_agent});
  }
  fmt::print("{}", table.render(context.width_max));
  return kExitOk;
}

int run_devices(const Context& context, const DevicesOptions& options) {
  const std::int64_t now_ms = base::wall_now().unix_ms;
  const auto lines = device_lines(context, options.user, now_ms / 1000);
  if (context.json) {
    print_devices_json(lines, now_ms);
    return kExitOk;
  }
  Table table({"USER", "DEVICE", "ONLINE", "CURSOR", "BEHIND", "LAST SEEN", "STATE"});
  for (const DeviceLine& line : lines) {
    table.add({line.row.user, line.row.device, line.is_online ? "yes" : "no",
               line.row.cursor ? protocol::to_string(*line.row.cursor) : "",
               line.behind ? fmt::format("{}", *line.behind) : "",
               relative_time(line.row.last_seen_ms, now_ms), state_of(line.row)});
  }
  fmt::print("{}", table.render(context.width_max));
  return kExitOk;
}

int show_device(const Context& context, const DeviceRow& row) {
  const std::int64_t now_ms = base::wall_now().unix_ms;
  const DeviceLine line = device_line(context, row, now_ms / 1000);
  if (context.json) {
    json::Writer writer;
    write_device(writer, line, now_ms);
    print_json(writer);
    return kExitOk;
  }
  Table table({"DEVICE", row.device});
  table.add({"user", row.user});
  table.add({"online", line.is_online ? "yes" : "no"});
  table.add({"state", state_of(row)});
  table.add({"key", row.public_key.empty() ? "" : fingerprint_of(row.public_key)});
  if (has_previous_key(row, now_ms)) {
    table.add({"old key", fmt::format("{}, until {}", fingerprint_of(row.previous_key),
                                      time_text(row.previous_key_until_ms))});
  }
  table.add({"added", time_text(row.added_at_ms)});
  table.add({"last seen", time_text(row.last_seen_ms)});
  table.add({"cursor", row.cursor ? protocol::to_string(*row.cursor) : ""});
  table.add({"behind", line.behind ? fmt::format("{}", *line.behind) : ""});
  fmt::print("{}", table.render(context.width_max));
  return kExitOk;
}

}  // namespace beckon::cli
