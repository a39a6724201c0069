// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/handshake.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "emulator/gateway/authorizer.h"
#include "emulator/gateway/integration.h"
#include "emulator/gateway/paths.h"
#include "emulator/gateway/responses.h"

namespace beckon::emulator {
namespace {

constexpr base::Duration kAuthorizerMax{29'000};
constexpr std::string_view kServerError = "Internal server error";

bool is_success(int status) {
  return status >= 200 && status <= 299;
}

// True if a function's error payload has exactly this errorMessage.
bool has_error_message(std::string_view payload, std::string_view message) {
  const auto document = json::parse(payload, json::kDepthMaxHost);
  return document && (*document)["errorMessage"].string_or("") == message;
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  return base::base64(crypto::sha1(std::string(key).append(kMagic)).view());
}

Handshake::Handshake(GatewayCore& core, const HttpRequest& request,
                     std::unique_ptr<HttpUpgrade> upgrade, Observer observer)
    : core_(core),
      upgrade_(std::move(upgrade)),
      observer_(std::move(observer)),
      client_(read_client_request(request, core.options.port, core.ids.trace_root())),
      path_(request.path),
      request_id_(core.ids.gateway_id()) {
  identity_.connection_id = core.ids.gateway_id();
  identity_.source_ip = client_.source_ip;
  identity_.user_agent = client_.user_agent;
  identity_.domain_name = client_.host;
  identity_.connected_at_ms = base::wall_now().unix_ms;
}

ConnectionFacts Handshake::facts() const {
  return {.connection_id = identity_.connection_id,
          .source_ip = identity_.source_ip,
          .user_agent = identity_.user_agent,
          .domain_name = identity_.domain_name,
          .authorizer_members = authorizer_members_,
          .connected_at_ms = identity_.connected_at_ms};
}

void Handshake::start() {
  if (!is_stage_path(path_, core_.api.stage)) {
    refuse(403, "ForbiddenException", "Forbidden", "there is no stage at " + path_);
    return;
  }
  if (!is_valid_upgrade()) return;
  if (!core_.connects.take(base::monotonic_now())) {
    refuse(429, "TooManyRequestsException", "Too Many Requests",
           "more new connections a second than the limit allows");
    return;
  }
  const RouteModel* route = core_.route("$connect");
  if (route == nullptr || route->authorizer.empty()) {
    connect();
    return;
  }
  const auto authorizer = core_.api.authorizers.find(route->authorizer);
  if (authorizer == core_.api.authorizers.end()) {
    refuse(500, "AuthorizerConfigurationException", kServerError,
           "the template has no authorizer " + route->authorizer);
  } else if (!has_identity_sources(authorizer->second)) {
    refuse(401, "UnauthorizedException", "Unauthorized", "an identity source is missing or empty");
  } else {
    authorize(authorizer->second);
  }
}

bool Handshake::is_valid_upgrade() {
  const auto key = base::base64_decode(client_.header("Sec-WebSocket-Key"));
  if (!key || key->size() != 16) {
    refuse(400, "BadRequestException", "Bad Request",
           "Sec-WebSocket-Key must be 16 bytes in base64");
    return false;
  }
  if (client_.header("Sec-WebSocket-Version") != "13") {
    HttpResponse response = gateway_error(core_.ids, 426, "UpgradeRequiredException",
                                          "Sec-WebSocket-Version must be 13");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    upgrade_->refuse(response);
    return false;
  }
  return true;
}

std::string_view Handshake::identity_source(std::string_view expression) const {
  constexpr std::string_view kHeader = "route.request.header.";
  constexpr std::string_view kQuery = "route.request.querystring.";
  constexpr std::string_view kVariable = "stageVariables.";
  if (expression.starts_with(kHeader)) return client_.header(expression.substr(kHeader.size()));
  if (expression.starts_with(kQuery)) {
    return client_.query_parameter(expression.substr(kQuery.size()));
  }
  if (expression.starts_with(kVariable)) {
    const auto& variables = core_.api.stage_variables;
    const auto found = variables.find(std::string(expression.substr(kVariable.size())));
    return found == variables.end() ? std::string_view() : std::string_view(found->second);
  }
  // "context.…": always there for a request that got so far.
  return expression.starts_with("context.") ? expression : std::string_view();
}

bool Handshake::has_identity_sources(const AuthorizerModel& authorizer) {
  for (const std::string& source : authorizer.identity_sources) {
    if (identity_source(source).empty()) return false;
  }
  return true;
}

void Handshake::authorize(const AuthorizerModel& authorizer) {
  const EventStamp stamp{request_id_, base::wall_now()};
  // The authorizer sees one header more than $connect, of which the client knows nothing.
  ClientRequest seen = client_;
  if (seen.header("content-length").empty()) seen.headers.push_back({"content-length", {"0"}});
  std::string event = authorizer_event(core_.facts, facts(), stamp, seen, core_.connect_arn);
  call_integration(core_.loop, core_.invoker, authorizer.function, std::move(event), kAuthorizerMax,
                   [self = shared_from_this(), &authorizer,
                    began = base::monotonic_now()](std::optional<InvokeResult> result) {
                     self->on_authorized(authorizer, std::move(result), began);
                   });
}

void Handshake::on_authorized(const AuthorizerModel& authorizer, std::optional<InvokeResult> result,
                              base::Instant began) {
  if (!result) {
    refuse(500, "AuthorizerFailureException", kServerError, authorizer.function + " took too long");
    return;
  }
  if (result->outcome != InvokeResult::Outcome::kSuccess) {
    if (has_error_message(result->payload, "Unauthorized")) {
      refuse(401, "UnauthorizedException", "Unauthorized", "the authorizer says so");
    } else {
      refuse(500, "AuthorizerFailureException", kServerError,
             describe_failure(authorizer.function, *result));
    }
    return;
  }
  AuthorizerVerdict verdict = evaluate_authorizer(result->payload, core_.connect_arn);
  switch (verdict.kind) {
    case AuthorizerVerdict::Kind::kMisconfigured:
      refuse(500, "AuthorizerConfigurationException", kServerError,
             authorizer.function + ": " + verdict.reason);
      return;
    case AuthorizerVerdict::Kind::kDeny:
      refuse(403, "AccessDeniedException",
             "User is not authorized to access this resource with an explicit deny",
             verdict.reason);
      return;
    case AuthorizerVerdict::Kind::kNotAllowed:
      refuse(403, "AccessDeniedException", "User is not authorized to access this resource",
             verdict.reason);
      return;
    case AuthorizerVerdict::Kind::kAllow: break;
  }
  identity_.authorizer_members = std::move(verdict.context_members);
  authorizer_members_ = identity_.authorizer_members + ",\"integrationLatency\":" +
                        std::to_string((base::monotonic_now() - began).count());
  connect();
}

void Handshake::connect() {
  const RouteModel* route = core_.route("$connect");
  if (route == nullptr || route->function.empty()) {
    accept(std::nullopt);
    return;
  }
  const EventStamp stamp{request_id_, base::wall_now()};
  std::string event = connect_event(core_.facts, facts(), stamp, client_);
  call_integration(core_.loop, core_.invoker, route->function, std::move(event),
                   route->integration_timeout,
                   [self = shared_from_this(), route](std::optional<InvokeResult> result) {
                     self->on_connected(*route, std::move(result));
                   });
}

void Handshake::on_connected(const RouteModel& route, std::optional<InvokeResult> result) {
  if (!result) {
    refuse(504, "IntegrationTimeoutException", "Endpoint request timed out",
           route.function + " took longer than the integration's timeout");
    return;
  }
  if (result->outcome != InvokeResult::Outcome::kSuccess) {
    const bool failed = result->outcome == InvokeResult::Outcome::kFunctionError;
    refuse(failed ? 502 : 500, "InternalServerErrorException", kServerError,
           describe_failure(route.function, *result));
    return;
  }
  auto response = parse_proxy_response(result->payload);
  if (!response) {
    refuse(502, "InternalServerErrorException", kServerError,
           route.function + ": " + response.error().message);
  } else if (!is_success(response->status)) {
    refuse_as_told(std::move(*response));
  } else {
    accept(response->header("Sec-WebSocket-Protocol"));
  }
}

void Handshake::accept(std::optional<std::string_view> subprotocol) {
  auto socket = upgrade_->take();
  if (!socket) {
    observer_.abandoned(std::move(identity_));
    return;
  }
  Accepted accepted;
  accepted.response =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      websocket_accept(client_.header("Sec-WebSocket-Key")) + "\r\n";
  const bool clean = subprotocol && !base::has_control(*subprotocol);
  if (clean)
    accepted.response.append("Sec-WebSocket-Protocol: ").append(*subprotocol).append("\r\n");
  accepted.response += "\r\n";
  accepted.identity = std::move(identity_);
  accepted.socket = std::move(*socket);
  observer_.accepted(std::move(accepted));
}

void Handshake::refuse(int status, std::string_view error_type, std::string_view message,
                       std::string_view why) {
  core_.log.warning("a connection from %s is refused with %d: %.*s", client_.source_ip.c_str(),
                    status, static_cast<int>(why.size()), why.data());
  upgrade_->refuse(gateway_error(core_.ids, status, error_type, message));
}

// The function decided on the status itself.
void Handshake::refuse_as_told(ProxyResponse response) {
  core_.log.info("a connection from %s is refused by $connect with %d", client_.source_ip.c_str(),
                 response.status);
  HttpResponse refusal;
  refusal.status = response.status < 200 ? 502 : response.status;
  const auto type = response.header("Content-Type");
  refusal.headers.emplace_back("Content-Type", type ? std::string(*type) : "application/json");
  add_gateway_headers(refusal, core_.ids);
  refusal.body = std::move(response.body).value_or("");
  upgrade_->refuse(refusal);
}

}  // namespace beckon::emulator
