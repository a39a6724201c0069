// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/gateway.h"

#include <utility>
#include <vector>

#include "emulator/gateway/handshake.h"
#include "emulator/gateway/integration.h"
#include "emulator/gateway/paths.h"
#include "emulator/gateway/responses.h"

namespace beckon::emulator {
namespace {

constexpr int kAbnormal = 1006;
constexpr int kGoingAway = 1001;

}  // namespace

const RouteModel* GatewayCore::route(std::string_view key) const {
  const auto found = api.routes.find(std::string(key));
  return found == api.routes.end() ? nullptr : &found->second;
}

base::Result<std::unique_ptr<Gateway>> Gateway::make(const GatewayServices& services,
                                                     const WebSocketApiModel& api,
                                                     const GatewayOptions& options) {
  auto selection = SelectionExpression::parse(api.route_selection_expression);
  if (!selection) return std::unexpected(selection.error());
  return std::unique_ptr<Gateway>(new Gateway(services, api, options, std::move(*selection)));
}

Gateway::Gateway(const GatewayServices& services, const WebSocketApiModel& api,
                 const GatewayOptions& options, SelectionExpression selection)
    : core_{.loop = services.loop,
            .invoker = services.invoker,
            .ids = services.ids,
            .log = base::Logger(services.log, "gateway"),
            .api = api,
            .options = options,
            .facts = {api.api_id, api.stage, api.stage_variables},
            .connect_arn = "arn:aws:execute-api:" + options.region + ":" + options.account + ":" +
                           api.api_id + "/" + api.stage + "/$connect",
            .selection = std::move(selection),
            .connects = TokenBucket(options.connect_rate_per_s.value_or(api.throttle_rate),
                                    base::monotonic_now()),
            .messages = TokenBucket(options.message_rate_per_s.value_or(api.message_rate),
                                    base::monotonic_now())},
      host_(services.loop) {
  host_.answer_ping = options.answer_ping;
  host_.send_buffer_bytes_max = options.send_buffer_bytes_max;
}

Gateway::~Gateway() = default;

void Gateway::on_upgrade(const HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade) {
  Handshake::Observer observer;
  observer.accepted = [this](Handshake::Accepted accepted) {
    const std::string id = accepted.identity.connection_id;
    GatewayConnection::Owner& owner = *this;
    auto connection =
        std::make_shared<GatewayConnection>(core_, owner, std::move(accepted.identity));
    core_.log.info("%s is connected from %s", id.c_str(), connection->identity().source_ip.c_str());
    links_.emplace(connection.get(), connection);
    open_.emplace(id, connection);
    connection->start(host_, std::move(accepted.socket.stream), accepted.response,
                      accepted.socket.received);
  };
  observer.abandoned = [this](const GatewayConnection::Identity& identity) {
    core_.log.info("%s: the client left before it was connected", identity.connection_id.c_str());
    const ConnectionFacts facts{.connection_id = identity.connection_id,
                                .source_ip = identity.source_ip,
                                .user_agent = identity.user_agent,
                                .domain_name = identity.domain_name,
                                .authorizer_members = identity.authorizer_members,
                                .connected_at_ms = identity.connected_at_ms};
    run_disconnect(facts, kAbnormal, "Connection closed abnormally");
  };
  std::make_shared<Handshake>(core_, request, std::move(upgrade), std::move(observer))->start();
}

HttpResponse Gateway::on_plain_request(const HttpRequest& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && is_stage_path(request.path, core_.api.stage)) {
    HttpResponse response = gateway_error(core_.ids, 426, "UpgradeRequiredException",
                                          "Upgrade Required: this is a WebSocket API");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  return gateway_error(core_.ids, 403, "ForbiddenException", "Forbidden");
}

GatewayConnection* Gateway::find(const std::string& connection_id) {
  const auto found = open_.find(connection_id);
  return found == open_.end() ? nullptr : found->second.get();
}

void Gateway::for_each(const std::function<void(const GatewayConnection&)>& visit) const {
  for (const auto& [id, connection] : open_) visit(*connection);
}

void Gateway::close_all() {
  shutting_down_ = true;
  std::vector<std::shared_ptr<GatewayConnection>> all;
  all.reserve(open_.size());
  for (const auto& [id, connection] : open_) all.push_back(connection);
  for (const auto& connection : all) connection->close(kGoingAway, "Going away");
}

void Gateway::on_closed(GatewayConnection& connection, int code, std::string_view reason) {
  core_.log.info("%s is closed: %d %.*s", connection.identity().connection_id.c_str(), code,
                 static_cast<int>(reason.size()), reason.data());
  open_.erase(connection.identity().connection_id);
  if (!shutting_down_) run_disconnect(connection.facts(), code, reason);
}

void Gateway::on_gone(GatewayConnection& connection) {
  links_.erase(&connection);
}

void Gateway::run_disconnect(const ConnectionFacts& facts, int code, std::string_view reason) {
  const RouteModel* route = core_.route("$disconnect");
  if (route == nullptr || route->function.empty()) return;
  const std::string request_id = core_.ids.gateway_id();
  std::string event = disconnect_event(core_.facts, facts, {request_id, base::wall_now()},
                                       {.code = code, .reason = reason});
  // Nobody waits for the answer; what goes wrong is only told.
  core_.invoker.invoke(route->function, std::move(event), {},
                       [this, function = route->function](const InvokeResult& result) {
                         if (result.outcome == InvokeResult::Outcome::kSuccess) return;
                         core_.log.warning("$disconnect: %s",
                                           describe_failure(function, result).c_str());
                       });
}

}  // namespace beckon::emulator
