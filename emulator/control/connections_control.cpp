// SPDX-License-Identifier: Apache-2.0
#include "emulator/control/connections_control.h"

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "emulator/control/replies.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kReasonBytesMax = 123;  // RFC 6455: a control frame's 125, less the code

// What RFC 6455 and its registry let a close frame say.
bool is_close_code(std::int64_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

HttpResponse close(GatewayConnection& connection, json::View body) {
  const json::View code = body["code"];
  const std::int64_t number = code.exists() ? code.integer().value_or(0) : 1001;
  if (!is_close_code(number)) {
    return control_refusal(
        400, "code: expected 1000 to 1003, 1007 to 1014 or 3000 to 4999, not " + code.print());
  }
  const std::string_view reason = body["reason"].string_or("");
  if (reason.size() > kReasonBytesMax || !base::is_utf8(reason)) {
    return control_refusal(400, "reason: expected UTF-8 of at most 123 bytes");
  }
  connection.close(static_cast<int>(number), reason);
  return control_reply(R"({"closed":true})");
}

}  // namespace

HttpResponse list_connections(const Gateway* gateway) {
  json::Writer writer;
  writer.begin_object().key("connections").begin_array();
  if (gateway != nullptr) {
    gateway->for_each([&](const GatewayConnection& connection) {
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
  return control_reply(writer.take());
}

HttpResponse end_connection(Gateway* gateway, const std::string& connection_id,
                            std::string_view verb, json::View body) {
  GatewayConnection* connection = gateway != nullptr ? gateway->find(connection_id) : nullptr;
  if (connection == nullptr) {
    return control_refusal(404, "there is no open connection " + connection_id);
  }
  if (verb == "close") return close(*connection, body);
  if (verb == "drop") {
    connection->drop();
    return control_reply(R"({"dropped":true})");
  }
  if (verb == "half-open") {
    connection->go_silent();
    return control_reply(R"({"silent":true})");
  }
  return control_refusal(404,
                         "a connection has drop, half-open and close, not " + std::string(verb));
}

}  // namespace beckon::emulator
