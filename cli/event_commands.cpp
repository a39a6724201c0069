// SPDX-License-Identifier: Apache-2.0
// beckon events and beckon status: what is stored for a user, and what became of one event.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/table.h"
#include "common/base/log.h"
#include "common/json/json.h"

namespace beckon::cli {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string expiry_text(const std::optional<std::int64_t>& expires_at_s) {
  return expires_at_s ? base::format_rfc3339({*expires_at_s * 1000}) : "";
}

void write_event(json::Writer& writer, const EventRow& event) {
  writer.member("seq", static_cast<std::int64_t>(event.seq))
      .member("id", event.id)
      .member("name", event.name)
      .member("time", event.time);
  if (event.superseded_by != 0) {
    writer.member("superseded_by", static_cast<std::int64_t>(event.superseded_by));
  }
  const auto data = json::parse(event.data, json::kDepthMaxHost);
  if (data) writer.member("data", data->root());
  if (!event.devices.empty()) {
    writer.key("target_devices").begin_array();
    for (const std::string& device : event.devices) writer.string(device);
    writer.end_array();
  }
  if (!event.sender.empty()) writer.member("sender", event.sender);
  if (!event.collapse.empty()) writer.member("collapse", event.collapse);
  if (event.expires_at_s) writer.member("expires_at", expiry_text(event.expires_at_s));
}

void print_status(const Context& context, const EventFacts& facts,
                  const std::vector<DeviceStatus>& statuses, std::int64_t now_ms) {
  const EventRow& event = facts.event;
  const std::string user = base::escape_control(facts.user);
  fmt::print("event {} for {}: {}, number {} of stream {}", base::escape_control(event.id), user,
             event.name.empty() ? "removed after it expired" : base::escape_control(event.name),
             event.seq, base::escape_control(facts.receipts.head.epoch));
  if (const auto time = base::parse_rfc3339(event.time)) {
    fmt::print(", posted {}", relative_time(time->unix_ms, now_ms));
  }
  fmt::print("\n");
  if (statuses.empty()) {
    fmt::print("{} has no devices yet\n", user);
  } else {
    fmt::print("{}", statuses_table(statuses, context.width_max));
  }
}

}  // namespace

int run_events(const Context& context, const EventsOptions& options) {
  const std::int64_t now_ms = base::wall_now().unix_ms;
  const auto head = answer(context.reader.head(options.user), context.access);
  if (!head) {
    throw Failure(
        kExitNotFound,
        fmt::format("nothing was ever posted for '{}' (names are case-sensitive)", options.user));
  }
  const auto events =
      answer(context.reader.events(options.user, options.count_max, now_ms / 1000), context.access);
  Receipts receipts;
  if (!events.empty()) {
    receipts = answer(context.reader.receipts(options.user, events.front().seq, events.back().seq),
                      context.access);
  }
  const auto statuses_of = [&](const EventRow& event) {
    return device_statuses(event, receipts, now_ms / 1000);
  };
  if (context.json) {
    json::Writer writer;
    writer.begin_object()
        .member("user", options.user)
        .member("head", protocol::to_string({head->epoch, head->seq}));
    writer.key("events").begin_array();
    for (const EventRow& event : events) {
      writer.begin_object();
      write_event(writer, event);
      write_statuses(writer, statuses_of(event));
      writer.end_object();
    }
    writer.end_array().end_object();
    print_json(writer);
    return kExitOk;
  }
  Table table({"SEQ", "POSTED", "EXPIRES", "NAME", "ID", "FOR", "COLLAPSE", "DEVICES", "DATA"});
  for (const EventRow& event : events) {
    const auto time = base::parse_rfc3339(event.time);
    table.add({fmt::format("{}", event.seq), time ? relative_time(time->unix_ms, now_ms) : "",
               event.expires_at_s ? relative_time(*event.expires_at_s * 1000, now_ms) : "never",
               event.name, event.id, event.devices.empty() ? "all" : joined(event.devices),
               event.collapse, statuses_line(statuses_of(event)),
               event.superseded_by == 0 ? event.data
                                        : fmt::format("(replaced by {})", event.superseded_by)});
  }
  fmt::print("{}", table.render(context.width_max));
  return kExitOk;
}

int run_status(const Context& context, const StatusOptions& options) {
  const std::int64_t now_ms = base::wall_now().unix_ms;
  const auto facts = answer(context.reader.facts(options.event_id), context.access);
  if (!facts) {
    throw Failure(kExitNotFound,
                  fmt::format("no event '{}' is stored: it may be on its way for another moment, "
                              "have been refused (see beckon dead-letters), or have expired "
                              "long ago",
                              options.event_id));
  }
  const auto statuses = device_statuses(*facts, now_ms / 1000);
  if (context.json) {
    json::Writer writer;
    writer.begin_object().member("event_id", facts->event.id).member("user", facts->user);
    writer.member("stream", facts->receipts.head.epoch);
    write_event(writer, facts->event);
    write_statuses(writer, statuses);
    writer.end_object();
    print_json(writer);
  } else {
    print_status(context, *facts, statuses, now_ms);
  }
  return kExitOk;
}

}  // namespace beckon::cli
