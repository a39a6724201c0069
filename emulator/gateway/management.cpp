// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/management.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "emulator/gateway/responses.h"

namespace beckon::emulator {
namespace {

constexpr int kNormalClosure = 1000;

HttpResponse with_headers(IdSource& ids, int status, bool json) {
  HttpResponse response;
  response.status = status;
  if (json) response.headers.emplace_back("Content-Type", "application/json");
  add_gateway_headers(response, ids);
  return response;
}

}  // namespace

ConnectionsApi::ConnectionsApi(Gateway& gateway, IdSource& ids, Verify verify)
    : gateway_(gateway), ids_(ids), verify_(std::move(verify)) {}

HttpResponse ConnectionsApi::handle(const HttpRequest& request, const ConnectionsPath& path) {
  if (path.stage != gateway_.stage()) {
    return gateway_error(ids_, 403, "ForbiddenException", "Forbidden");
  }
  if (const auto refusal = verify_(request)) {
    const bool unsigned_request = refusal->failure == sigv4::Failure::kMissingToken;
    return gateway_error(ids_, 403, sigv4::exception_name(refusal->failure),
                         unsigned_request ? "Missing Authentication Token" : refusal->message);
  }
  const std::string& id = path.connection_id;
  if (!is_connection_id(id)) {
    return gateway_error(ids_, 400, "BadRequestException", "Invalid connectionId: " + id);
  }
  if (request.method == "POST" && request.body.size() > kMessageBytesMax) {
    return gateway_error(
        ids_, 413, "PayloadTooLargeException",
        "The data may have 131072 bytes, not " + std::to_string(request.body.size()));
  }
  GatewayConnection* connection = gateway_.find(id);
  if (connection == nullptr) return gone();
  if (request.method == "POST") return post(*connection, request.body);
  if (request.method == "GET") return get(*connection);
  if (request.method == "DELETE") return remove(*connection);
  return gateway_error(ids_, 403, "MissingAuthenticationTokenException",
                       "Missing Authentication Token");
}

HttpResponse ConnectionsApi::gone() {
  HttpResponse response = with_headers(ids_, 410, true);
  response.headers.emplace_back("x-amzn-ErrorType", "GoneException");
  return response;
}

HttpResponse ConnectionsApi::post(GatewayConnection& connection, const std::string& data) {
  if (!base::is_utf8(data)) {
    return gateway_error(ids_, 400, "BadRequestException",
                         "The data must be UTF-8: it is delivered as a text message");
  }
  switch (gateway_.post_fault(connection.identity().connection_id)) {
    case PostFault::kNone: break;
    case PostFault::kSwallow: return with_headers(ids_, 200, true);
    case PostFault::kGone: return gone();
    case PostFault::kThrottle:
      return gateway_error(ids_, 429, "LimitExceededException",
                           "Too many requests (injected by the emulator's control API)");
  }
  switch (connection.send(data)) {
    case WebSocket::Sent::kOk: return with_headers(ids_, 200, true);
    case WebSocket::Sent::kClosed: return gone();
    case WebSocket::Sent::kFull: break;
  }
  return gateway_error(ids_, 429, "LimitExceededException",
                       "The client does not read and its send buffer is full");
}

HttpResponse ConnectionsApi::get(const GatewayConnection& connection) {
  const GatewayConnection::Identity& identity = connection.identity();
  json::Writer writer;
  writer.begin_object().key("identity").begin_object().member("sourceIp", identity.source_ip);
  if (!identity.user_agent.empty()) writer.member("userAgent", identity.user_agent);
  writer.end_object();
  writer.member("connectedAt", base::format_rfc3339({identity.connected_at_ms}, true));
  writer.member("lastActiveAt", base::format_rfc3339({connection.last_active_ms()}, true));
  writer.end_object();
  HttpResponse response = with_headers(ids_, 200, true);
  response.body = writer.take();
  return response;
}

HttpResponse ConnectionsApi::remove(GatewayConnection& connection) {
  connection.close(kNormalClosure, "Connection Closed Normally");
  return with_headers(ids_, 204, false);
}

}  // namespace beckon::emulator
