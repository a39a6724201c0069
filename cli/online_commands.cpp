// SPDX-License-Identifier: Apache-2.0
// beckon connections and beckon devices: who is online, and how far each device is.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/commands.h"
#include "cli/table.h"

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
    line.is_online =
        std::ranges::find(connections, row.device, &ConnectionRow::device) != connections.end();
    if (head->second) {
      line.head = protocol::to_string({head->second->epoch, head->second->seq});
      if (row.cursor && row.cursor->epoch == head->second->epoch) {
        line.behind = head->second->seq - std::min(row.cursor->seq, head->second->seq);
      }
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

void print_devices_json(const std::vector<DeviceLine>& lines) {
  json::Writer writer;
  writer.begin_object().key("devices").begin_array();
  for (const DeviceLine& line : lines) {
    writer.begin_object()
        .member("device", line.row.device)
        .member("user", line.row.user)
        .member("online", line.is_online);
    if (line.row.cursor) writer.member("cursor", protocol::to_string(*line.row.cursor));
    if (!line.head.empty()) writer.member("head", line.head);
    if (line.behind) writer.member("behind", static_cast<std::int64_t>(*line.behind));
    if (line.row.last_seen_ms != 0) writer.member("last_seen", time_text(line.row.last_seen_ms));
    writer.end_object();
  }
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
    print_devices_json(lines);
    return kExitOk;
  }
  Table table({"USER", "DEVICE", "ONLINE", "CURSOR", "BEHIND", "LAST SEEN"});
  for (const DeviceLine& line : lines) {
    table.add({line.row.user, line.row.device, line.is_online ? "yes" : "no",
               line.row.cursor ? protocol::to_string(*line.row.cursor) : "",
               line.behind ? fmt::format("{}", *line.behind) : "",
               relative_time(line.row.last_seen_ms, now_ms)});
  }
  fmt::print("{}", table.render(context.width_max));
  return kExitOk;
}

}  // namespace beckon::cli
