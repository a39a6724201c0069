// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/control_api.h"

#include <utility>

#include "common/base/bytes.h"
#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

constexpr std::string_view kPrefix = "/_emulator/";

HttpResponse json_response(int status, std::string body) {
  return HttpResponse{
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

HttpResponse refuse(int status, const std::string& message) {
  json::Writer writer;
  writer.begin_object().member("message", message).end_object();
  return json_response(status, writer.take());
}

bool is_local(const HttpRequest& request) {
  const std::string& ip = request.source_ip;
  return ip.starts_with("127.") || ip == "::1" || ip.starts_with("::ffff:127.");
}

}  // namespace

bool is_foreign_page(const HttpRequest& request) {
  const auto origin = find_header(request.headers, "Origin");
  const auto host = find_header(request.headers, "Host");
  return origin && *origin != std::string("http://").append(host.value_or(""));
}

bool is_control_path(std::string_view path) {
  return path.starts_with(kPrefix);
}

HttpResponse ControlApi::handle(const HttpRequest& request) {
  if (!is_local(request) || is_foreign_page(request)) {
    return refuse(403, "the control API answers this machine only");
  }
  const std::string_view call = std::string_view(request.path).substr(kPrefix.size());
  if (request.method == "GET" && call == "health") return json_response(200, R"({"status":"ok"})");
  if (request.method == "GET" && call == "dead-letters") return json_response(200, dead_letters_());
  if (request.method == "GET" && call == "connections") return list_connections();
  constexpr std::string_view kConnections = "connections/";
  constexpr std::string_view kDrop = "/drop";
  if (request.method == "POST" && call.starts_with(kConnections) && call.ends_with(kDrop)) {
    const std::string_view id =
        call.substr(kConnections.size(), call.size() - kConnections.size() - kDrop.size());
    return drop(base::percent_decode(id));
  }
  return refuse(404,
                "the control API has GET health, GET dead-letters, GET connections and POST "
                "connections/{id}/drop, not " +
                    request.method + " " + std::string(call));
}

HttpResponse ControlApi::list_connections() const {
  json::Writer writer;
  writer.begin_object().key("connections").begin_array();
  if (gateway_ != nullptr) {
    gateway_->for_each([&](const GatewayConnection& connection) {
      const GatewayConnection::Identity& identity = connection.identity();
      writer.begin_object().member("connectionId", identity.connection_id);
      writer.member("sourceIp", identity.source_ip);
      writer.member("userAgent", identity.user_agent);
      writer.member("connectedAt", base::format_rfc3339({identity.connected_at_ms}, true));
      writer.member("lastActiveAt", base::format_rfc3339({connection.last_active_ms()}, true));
      writer.key("authorizer").raw("{" + identity.authorizer_members + "}");
      writer.end_object();
    });
  }
  writer.end_array().end_object();
  return json_response(200, writer.take());
}

HttpResponse ControlApi::drop(const std::string& connection_id) {
  GatewayConnection* connection = gateway_ != nullptr ? gateway_->find(connection_id) : nullptr;
  if (connection == nullptr) return refuse(404, "there is no open connection " + connection_id);
  connection->drop();
  return json_response(200, R"({"dropped":true})");
}

}  // namespace beckon::emulator
