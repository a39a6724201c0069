// SPDX-License-Identifier: Apache-2.0
// The gateway's way of a message: throttle, route, function, and what the client hears of it.
#include <utility>

#include "common/json/writer.h"
#include "emulator/gateway/gateway.h"
#include "emulator/gateway/integration.h"
#include "emulator/gateway/proxy_response.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kDefault = "$default";

// The client's words must not name $connect or $disconnect.
bool is_reserved(std::string_view key) {
  return key.starts_with('$') && key != kDefault;
}

}  // namespace

void Gateway::on_message(GatewayConnection& connection, std::string text) {
  std::string request_id = core_.ids.gateway_id();
  if (!core_.messages.take(base::monotonic_now())) {
    send_error(connection, "Too Many Requests", request_id);
    return;
  }
  const RouteModel* route = select_route(text);
  if (route == nullptr) {
    send_error(connection, "Forbidden", request_id);
    return;
  }
  if (route->mock) return;
  run_route(connection, *route, std::move(request_id), text);
}

const RouteModel* Gateway::select_route(std::string_view text) const {
  std::string key;
  if (core_.selection.is_constant()) {
    key = core_.selection.evaluate({});
  } else if (const auto body = json::parse(text, json::kDepthMaxHost)) {
    key = core_.selection.evaluate(body->root());
  }
  const RouteModel* route = key.empty() || is_reserved(key) ? nullptr : core_.route(key);
  return route != nullptr ? route : core_.route(kDefault);
}

void Gateway::run_route(GatewayConnection& connection, const RouteModel& route,
                        std::string request_id, const std::string& text) {
  if (route.function.empty()) {
    core_.log.warning("the route %s has no integration", route.route_key.c_str());
    send_error(connection, "Internal server error", request_id);
    return;
  }
  const std::string message_id = core_.ids.message_id(connection.identity().connection_id);
  std::string event =
      message_event(core_.facts, connection.facts(), {request_id, base::wall_now()},
                    {.route_key = route.route_key, .message_id = message_id, .body = text});
  connection.call_began(text.size());
  call_integration(core_.loop, core_.invoker, route.function, std::move(event),
                   route.integration_timeout,
                   [this, weak = connection.weak_from_this(), &route, bytes = text.size(),
                    request_id = std::move(request_id)](std::optional<InvokeResult> result) {
                     const auto alive = weak.lock();
                     if (!alive) return;
                     on_route_result(*alive, route, request_id, std::move(result));
                     alive->call_ended(bytes);
                   });
}

void Gateway::on_route_result(GatewayConnection& connection, const RouteModel& route,
                              std::string_view request_id, std::optional<InvokeResult> result) {
  if (!result) {
    core_.log.warning("%s: %s took longer than the integration's timeout", route.route_key.c_str(),
                      route.function.c_str());
    send_error(connection, "Endpoint request timed out", request_id);
    return;
  }
  std::string problem;
  if (result->outcome != InvokeResult::Outcome::kSuccess) {
    problem = describe_failure(route.function, *result);
  } else if (auto response = parse_proxy_response(result->payload); !response) {
    problem = route.function + ": " + response.error().message;
  } else if (route.two_way) {
    // Without a body an empty message is delivered.
    reply(connection, response->body ? *response->body : std::string());
    return;
  }
  if (problem.empty()) return;
  core_.log.warning("route %s: %s", route.route_key.c_str(), problem.c_str());
  send_error(connection, "Internal server error", request_id);
}

void Gateway::reply(GatewayConnection& connection, std::string_view text) {
  if (connection.send(text) != WebSocket::Sent::kFull) return;
  core_.log.warning("%s: a reply of %zu B is dropped, the client does not read",
                    connection.identity().connection_id.c_str(), text.size());
}

// The spaces are API Gateway's.
void Gateway::send_error(GatewayConnection& connection, std::string_view message,
                         std::string_view request_id) {
  std::string frame = "{\"message\": ";
  json::append_quoted(frame, message);
  frame += ", \"connectionId\":";
  json::append_quoted(frame, connection.identity().connection_id);
  frame += ", \"requestId\":";
  json::append_quoted(frame, request_id);
  frame += '}';
  reply(connection, frame);
}

}  // namespace beckon::emulator
