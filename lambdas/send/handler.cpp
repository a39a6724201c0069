// SPDX-License-Identifier: Apache-2.0
#include "lambdas/send/handler.h"

#include <algorithm>

#include "lambdas/backend/admission.h"
#include "lambdas/backend/gateway_event.h"
#include "lambdas/backend/publish.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

// 128 random bits in the form of EventBridge's ids.
std::string new_event_id(Pace& pace) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (int word = 0; word < 4; ++word) {
    std::uint32_t random = pace.random();
    for (int digit = 0; digit < 8; ++digit) {
      const std::size_t length = id.size();
      if (length == 8 || length == 13 || length == 18 || length == 23) id += '-';
      id += kDigits[random & 0xF];
      random >>= 4;
    }
  }
  return id;
}

// As `deliver` wants it of operators: these texts stand in logs, tables and terminals.
base::Status check_texts(const protocol::SendRequest& request) {
  const auto wrong = [](std::string_view member) {
    return base::fail(ErrorCode::kInvalid,
                      "send." + std::string(member) + ": expected text without control characters");
  };
  if (!is_identifier(request.name, protocol::kEventNameBytesMax)) return wrong("name");
  if (!request.collapse.empty() &&
      !is_identifier(request.collapse, protocol::kCollapseKeyBytesMax)) {
    return wrong("collapse");
  }
  const bool named = std::ranges::all_of(request.devices, [](const std::string& device) {
    return is_identifier(device, protocol::kDeviceIdBytesMax);
  });
  return named ? base::Status() : wrong("devices");
}

Draft draft_of(Host& host, const GatewayEvent& event, const protocol::SendRequest& request) {
  Draft draft;
  draft.id = new_event_id(host.pace);
  draft.name = request.name;
  draft.time = base::format_rfc3339(host.pace.wall_now());
  draft.data = request.data;
  draft.devices = request.devices;
  draft.sender = event.device_id;
  draft.ttl_s = request.ttl_s.value_or(protocol::kEventTtlDefault_s);
  draft.collapse = request.collapse;
  return draft;
}

std::string sent(const Draft& draft) {
  return answer_frame(protocol::encode(protocol::Sent{draft.id}));
}

// What a client did wrong is told to it; the rest fails the invocation.
base::Result<std::string> tell(const base::Error& error) {
  if (error.code == ErrorCode::kLimit) return answer_error("too_large", error.message);
  if (error.code == ErrorCode::kInvalid) return answer_error("invalid", error.message);
  return std::unexpected(error);
}

// Page by page, so that memory does not grow with the number of connections.
base::Result<PushCount> broadcast(Host& host, TableScan& everyone, const GatewayEvent& event,
                                  const Draft& draft, base::Instant deadline) {
  const std::string frame = protocol::encode(protocol::Broadcast{
      event.user_id, event.device_id, {0, draft.id, draft.name, draft.time, draft.data, {}}});
  const std::int64_t now_s = unix_s(host.pace.wall_now());
  PushCount total;
  Item start_key;
  do {
    auto page = everyone.scan(host.tables.connections, start_key);
    if (!page) return std::unexpected(page.error());
    std::vector<ConnectionRow> connections;
    for (const Item& item : page->items) {
      auto row = read_connection_row(item);
      if (row && row->expires_at_s > now_s && row->connection_id != event.connection_id) {
        connections.push_back(std::move(*row));
      }
    }
    const PushCount count = post_to(host, connections, frame, deadline);
    total.accepted += count.accepted;
    total.gone += count.gone;
    total.failed += count.failed;
    start_key = std::move(page->last_evaluated_key);
  } while (!start_key.empty() && host.pace.now() < deadline);
  return total;
}

base::Result<std::string> send_to_everyone(Host& host, const SendSettings& settings,
                                           const GatewayEvent& event, const Draft& draft,
                                           base::Instant deadline) {
  if (settings.everyone == nullptr) {
    return answer_error("denied", "this deployment does not allow \"to\":\"everyone\"");
  }
  if (const auto checked = check_draft(draft); !checked) return tell(checked.error());
  const auto count = broadcast(host, *settings.everyone, event, draft, deadline);
  if (!count) return std::unexpected(count.error());
  const base::Logger log(host.log, "send");
  log.info("device \"%s\" of user \"%s\" to everyone: pushed to %zu, gone %zu, failed %zu",
           event.device_id.c_str(), event.user_id.c_str(), count->accepted, count->gone,
           count->failed);
  return sent(draft);
}

}  // namespace

base::Result<std::string> handle_send(Host& host, const SendSettings& settings,
                                      std::string_view text, base::Instant deadline) {
  const auto event = decode_gateway_event(text);
  if (!event) return std::unexpected(event.error());
  const auto body = json::parse(event->body);
  if (!body) return answer_error("invalid", body.error().message);
  const auto request = protocol::decode_send(body->root());
  if (!request) return answer_error("invalid", request.error().message);
  if (const auto checked = check_texts(*request); !checked) return tell(checked.error());
  const auto device = read_device(host, event->device_id);
  if (!device) return std::unexpected(device.error());
  if (const auto admitted = check_admission(host, *device, *event); !admitted) {
    return refuse_connection(host, *event, deadline, "denied", admitted.error().message);
  }

  const Draft draft = draft_of(host, *event, *request);
  if (request->to_everyone) return send_to_everyone(host, settings, *event, draft, deadline);
  const auto published = publish(host, event->user_id, draft, deadline);
  if (!published) return tell(published.error());
  const StoredEvent& stored = published->appended.stored;
  const base::Logger log(host.log, "send");
  // Not an error for the sender: the event is stored, and sent again it would be another one.
  if (!published->push_status) {
    log.warning("event %s is stored but not pushed: %s", draft.id.c_str(),
                published->push_status.error().message.c_str());
  }
  log.info(
      "event %s of device \"%s\" is %s:%llu of user \"%s\": pushed to %zu, gone %zu, failed %zu",
      draft.id.c_str(), event->device_id.c_str(), stored.epoch.c_str(),
      static_cast<unsigned long long>(stored.event.seq), event->user_id.c_str(),
      published->pushed.accepted, published->pushed.gone, published->pushed.failed);
  return sent(draft);
}

}  // namespace beckon::lambdas
