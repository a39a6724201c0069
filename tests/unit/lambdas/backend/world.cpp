// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/lambdas/backend/world.h"

#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "lambdas/connect/handler.h"
#include "lambdas/deliver/handler.h"
#include "lambdas/sync/handler.h"

namespace beckon::tests {
namespace {

std::string text_of(const protocol::Event& event) {
  const auto data = json::parse(event.data);
  return data ? std::string((*data)["text"].string_or("")) : "not JSON";
}

}  // namespace

World::World(std::uint64_t seed)
    : pace(seed),
      host{database, connections, pace, base::null_log(), {"connections", "streams", "devices"}} {}

Caller World::connect(const std::string& user, const std::string& device) {
  ++connections_made_;
  Caller caller{user, device, "conn-" + std::to_string(connections_made_),
                pace.wall_now().unix_ms + connections_made_};
  const auto answered =
      lambdas::handle_connect(host, lambdas::AuthMode::kOpen, connect_event(caller));
  EXPECT_EQ(answered.value_or("failed"), R"({"statusCode":200})");
  connections.open(caller.connection);
  return caller;
}

base::Result<std::string> World::deliver(const Posted& posted) {
  return lambdas::handle_deliver(host, bus_event(posted), deadline());
}

base::Result<std::string> World::post(const std::string& user, const std::string& text) {
  return deliver({.id = "id-" + text, .detail = detail_for(user, text)});
}

base::Result<std::string> World::sync(const Caller& caller, const protocol::SyncRequest& request) {
  const auto answered = lambdas::handle_sync(
      host, message_event(caller, "sync", protocol::encode(request)), deadline());
  if (!answered) return answered;
  return body_of(*answered);
}

protocol::Synced World::synced(const Caller& caller, const protocol::SyncRequest& request) {
  const auto frame = sync(caller, request);
  if (!frame) {
    ADD_FAILURE() << frame.error().message;
    return {};
  }
  const auto message = protocol::decode_server_message(*frame);
  if (!message || !std::holds_alternative<protocol::Synced>(*message)) {
    ADD_FAILURE() << "expected a synced frame, got " << *frame;
    return {};
  }
  EXPECT_LE(frame->size(), request.max_bytes);
  return std::get<protocol::Synced>(*message);
}

std::vector<lambdas::StoredEvent> World::stored(const std::string& user) {
  std::vector<lambdas::StoredEvent> events;
  for (const auto& [key, item] : memory.rows("streams")) {
    if (key.first == user && key.second.starts_with("seq#")) {
      events.push_back(*lambdas::read_event_row(item));
    }
  }
  return events;
}

lambdas::Head World::head(const std::string& user) {
  const auto item = row("streams", user, "head");
  return item ? *lambdas::read_head_row(*item) : lambdas::Head{};
}

std::optional<lambdas::Item> World::row(const std::string& table, const std::string& partition,
                                        const std::string& sort) {
  const auto& rows = memory.rows(table);
  const auto found = rows.find({partition, sort});
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

std::string World::stored_cursor(const std::string& device) {
  namespace schema = lambdas::schema;
  const auto found = row("devices", device);
  return found ? std::string(lambdas::string_of(*found, schema::kCursor).value_or("none"))
               : "no row";
}

protocol::SyncRequest from_cursor(const protocol::Cursor& cursor) {
  protocol::SyncRequest request;
  request.cursor = cursor;
  return request;
}

std::vector<std::string> texts(const protocol::Synced& synced) {
  std::vector<std::string> all;
  for (const protocol::SyncedEntry& entry : synced.events) {
    all.push_back(entry.too_large_bytes != 0 ? "too large" : text_of(entry.event));
  }
  return all;
}

std::vector<std::string> texts(const std::vector<std::string>& live_frames) {
  std::vector<std::string> all;
  for (const std::string& frame : live_frames) {
    const auto message = protocol::decode_server_message(frame);
    if (message && std::holds_alternative<protocol::LiveEvent>(*message)) {
      all.push_back(text_of(std::get<protocol::LiveEvent>(*message).event));
    } else {
      all.push_back("no event: " + frame);
    }
  }
  return all;
}

std::string error_code(const std::string& frame) {
  const auto message = protocol::decode_server_message(frame);
  if (!message || !std::holds_alternative<protocol::ErrorMessage>(*message)) return "";
  return std::get<protocol::ErrorMessage>(*message).code;
}

}  // namespace beckon::tests
