// SPDX-License-Identifier: Apache-2.0
// Server to device: synced, event, error, and API Gateway's own frames.
#include "common/json/writer.h"
#include "common/protocol/fields.h"
#include "common/protocol/messages.h"
#include "common/protocol/spares.h"

namespace beckon::protocol {
namespace {

// No identifier on the wire is longer: EventBridge's ids are 36 bytes.
constexpr std::size_t kIdBytesMax = 128;
constexpr std::size_t kTimeBytesMax = 40;
constexpr std::size_t kErrorTextBytesMax = 1024;

void write_event_members(json::Writer& writer, const Event& event) {
  writer.member("seq", static_cast<std::int64_t>(event.seq))
      .member("id", event.id)
      .member("name", event.name)
      .member("time", event.time)
      .key("data")
      .raw(event.data);
  if (!event.signature.empty()) writer.key("signature").raw(event.signature);
}

void write_entry(json::Writer& writer, const SyncedEntry& entry) {
  writer.begin_object();
  if (entry.too_large_bytes != 0) {
    writer.member("seq", static_cast<std::int64_t>(entry.event.seq))
        .member("too_large", static_cast<std::int64_t>(entry.too_large_bytes));
  } else {
    write_event_members(writer, entry.event);
  }
  writer.end_object();
}

std::uint64_t required_event_seq(Fields& fields) {
  const std::uint64_t seq = fields.required_seq("seq");
  if (seq == 0) fields.wrong("seq", "a whole number from 1 to 2^53-1", fields.at("seq"));
  return seq;
}

Event read_event(Fields& fields, Spares* spares) {
  Event event = spares != nullptr ? spares->take_event() : Event{};
  event.seq = required_event_seq(fields);
  fields.required_string("id", kIdBytesMax, event.id);
  fields.required_string("name", kEventNameBytesMax, event.name);
  fields.required_string("time", kTimeBytesMax, event.time);
  fields.optional_object("data", event.data, "{}");
  fields.optional_object("signature", event.signature, "");
  return event;
}

SyncedEntry read_entry(json::View element, Fields& fields, Spares* spares) {
  SyncedEntry entry;
  if (!element["too_large"].exists()) {
    entry.event = read_event(fields, spares);
    return entry;
  }
  entry.event.seq = required_event_seq(fields);
  entry.too_large_bytes = static_cast<std::size_t>(fields.required_seq("too_large"));
  if (entry.too_large_bytes == 0) {
    fields.wrong("too_large", "a size above 0", element["too_large"]);
  }
  return entry;
}

// The members agree with each other. Which events a stream has only the server knows; but an answer
// that contradicts itself would take the device to a place that is nowhere.
void check_numbers(const Synced& message, json::View body, Fields& fields) {
  if (message.cursor.epoch != message.head.epoch) {
    fields.wrong("head", "the cursor's epoch", body["head"]);
  }
  if (message.cursor.seq > message.head.seq) {
    fields.wrong("cursor", "a seq up to the head's, " + std::to_string(message.head.seq),
                 body["cursor"]);
  }
  if (message.lost > message.cursor.seq) {
    fields.wrong("lost", "at most the cursor's seq, " + std::to_string(message.cursor.seq),
                 body["lost"]);
  }
}

base::Result<ServerMessage> decode_synced(json::View body, Spares* spares) {
  Fields fields(body, "synced");
  Synced message;
  if (spares != nullptr) message.events = spares->take_entries();
  message.cursor = fields.required_cursor("cursor");
  message.head = fields.required_cursor("head");
  message.more = fields.optional_bool("more");
  message.lost = fields.optional_count("lost");
  message.reset = fields.optional_bool("reset");
  const json::View events = body["events"];
  if (events.exists() && !events.is_array()) fields.wrong("events", "an array", events);
  if (fields.ok()) check_numbers(message, body, fields);
  if (!fields.ok()) return std::unexpected(fields.error());
  std::uint64_t last = 0;
  for (const json::View element : events) {
    Fields entry_fields(element, "synced.events");
    SyncedEntry entry = read_entry(element, entry_fields, spares);
    if (entry.event.seq <= last || entry.event.seq > message.cursor.seq) {
      entry_fields.wrong("seq",
                         "a number above " + std::to_string(last) + ", up to the cursor's " +
                             std::to_string(message.cursor.seq),
                         element["seq"]);
    }
    last = entry.event.seq;
    if (!entry_fields.ok()) return std::unexpected(entry_fields.error());
    message.events.push_back(std::move(entry));
  }
  return ServerMessage(std::move(message));
}

base::Result<ServerMessage> decode_live(json::View body, Spares* spares) {
  Fields fields(body, "event");
  LiveEvent message;
  message.epoch = fields.required_string("stream", kEpochBytesMax);
  message.event = read_event(fields, spares);
  if (fields.ok() && !is_epoch(message.epoch)) {
    fields.wrong("stream", "an epoch like \"k3f9\"", body["stream"]);
  }
  if (!fields.ok()) return std::unexpected(fields.error());
  return ServerMessage(std::move(message));
}

base::Result<ServerMessage> decode_error(json::View body) {
  Fields fields(body, "error");
  ErrorMessage message;
  message.code = fields.required_string("code", kIdBytesMax);
  message.message = fields.optional_string("message", kErrorTextBytesMax);
  if (!fields.ok()) return std::unexpected(fields.error());
  return ServerMessage(std::move(message));
}

// Texts as observed on API Gateway; see docs/PROTOCOL.md, "The gateway's own frames".
GatewayFrame::Kind kind_of(std::string_view text) {
  if (text == "Forbidden") return GatewayFrame::Kind::kForbidden;
  if (text == "Internal server error") return GatewayFrame::Kind::kInternalError;
  if (text == "Endpoint request timed out") return GatewayFrame::Kind::kTimeout;
  if (text == "Too Many Requests" || text == "Limit Exceeded")
    return GatewayFrame::Kind::kThrottled;
  return GatewayFrame::Kind::kOther;
}

}  // namespace

std::string encode(const SyncedEntry& entry) {
  json::Writer writer;
  write_entry(writer, entry);
  return writer.take();
}

std::string encode(const Synced& message) {
  json::Writer writer;
  writer.begin_object()
      .member("type", "synced")
      .member("cursor", to_string(message.cursor))
      .member("head", to_string(message.head))
      .key("events")
      .begin_array();
  for (const SyncedEntry& entry : message.events) write_entry(writer, entry);
  writer.end_array()
      .member("more", message.more)
      .member("lost", static_cast<std::int64_t>(message.lost));
  if (message.reset) writer.member("reset", true);
  return writer.end_object().take();
}

std::string encode(const LiveEvent& message) {
  json::Writer writer;
  writer.begin_object().member("type", "event").member("stream", message.epoch);
  write_event_members(writer, message.event);
  return writer.end_object().take();
}

std::string encode(const ErrorMessage& message) {
  json::Writer writer;
  return writer.begin_object()
      .member("type", "error")
      .member("code", message.code)
      .member("message", message.message)
      .end_object()
      .take();
}

std::string encode(const Sent& message) {
  json::Writer writer;
  return writer.begin_object().member("type", "sent").member("id", message.id).end_object().take();
}

std::string encode(const Broadcast& message) {
  json::Writer writer;
  writer.begin_object()
      .member("type", "broadcast")
      .key("from")
      .begin_object()
      .member("user", message.user)
      .member("device", message.device)
      .end_object()
      .member("id", message.event.id)
      .member("name", message.event.name)
      .member("time", message.event.time)
      .key("data")
      .raw(message.event.data);
  return writer.end_object().take();
}

base::Result<ServerMessage> decode_server_message(std::string_view text, Spares* spares) {
  json::Arena* arena = spares != nullptr ? &spares->arena() : nullptr;
  const auto document = json::parse(text, json::kDepthMaxDevice, arena);
  if (!document) return std::unexpected(document.error());
  const json::View body = document->root();
  const std::string_view type = body["type"].string_or("");
  if (type == "synced") return decode_synced(body, spares);
  if (type == "event") return decode_live(body, spares);
  if (type == "error") return decode_error(body);
  const auto gateway_text = body["message"].string();
  if (!body["type"].exists() && gateway_text && body["requestId"].is_string()) {
    return ServerMessage(GatewayFrame{kind_of(*gateway_text), std::string(*gateway_text)});
  }
  if (!type.empty()) {
    return base::fail(base::ErrorCode::kNotFound,
                      "a message of the unknown type \"" + std::string(type.substr(0, 40)) + "\"");
  }
  return base::fail(base::ErrorCode::kInvalid, "expected a message with a \"type\", got " +
                                                   std::string(body.type_name()) + " without one");
}

}  // namespace beckon::protocol
