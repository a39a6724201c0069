// SPDX-License-Identifier: Apache-2.0
#include "tests/support/backend/events.h"

#include "common/json/json.h"
#include "common/json/writer.h"

namespace beckon::tests {
namespace {

// Opens the event and leaves requestContext complete behind it.
json::Writer gateway_event(const Caller& caller, std::string_view route, std::string_view type) {
  json::Writer writer;
  writer.begin_object().key("requestContext").begin_object();
  writer.member("routeKey", route).member("eventType", type).member("messageDirection", "IN");
  writer.key("authorizer").begin_object();
  writer.member("userId", caller.user).member("deviceId", caller.device);
  if (!caller.public_key.empty()) writer.member("publicKey", caller.public_key);
  writer.member("principalId", caller.device).end_object();
  writer.key("identity").begin_object();
  writer.member("sourceIp", "198.51.100.7").member("userAgent", "agent/0.1").end_object();
  writer.member("connectedAt", caller.connected_at_ms)
      .member("connectionId", caller.connection)
      .member("requestId", "Aa1bBc2dDe3fFg4=")
      .member("stage", "dev")
      .member("apiId", "ab12cd34ef")
      .end_object();
  return writer;
}

}  // namespace

std::string connect_event(const Caller& caller) {
  json::Writer writer = gateway_event(caller, "$connect", "CONNECT");
  // Other names than the authorizer gave, which nobody may believe.
  writer.key("headers").begin_object();
  writer.member("X-User-Id", "Mallory").member("X-Device-Id", "Lurker").end_object();
  return writer.member("isBase64Encoded", false).end_object().take();
}

std::string message_event(const Caller& caller, std::string_view route, std::string_view body) {
  json::Writer writer = gateway_event(caller, route, "MESSAGE");
  return writer.member("body", body).member("isBase64Encoded", false).end_object().take();
}

std::string disconnect_event(const Caller& caller) {
  json::Writer writer = gateway_event(caller, "$disconnect", "DISCONNECT");
  return writer.member("isBase64Encoded", false).end_object().take();
}

std::string bus_event(const Posted& posted) {
  json::Writer writer;
  writer.begin_object()
      .member("version", "0")
      .member("id", posted.id)
      .member("detail-type", posted.name)
      .member("source", "beckon")
      .member("account", "123456789012")
      .member("time", "2026-11-21T07:00:00Z")
      .member("region", "eu-west-1");
  writer.key("resources").begin_array().end_array();
  return writer.key("detail").raw(posted.detail).end_object().take();
}

std::string detail_for(std::string_view user, std::string_view text) {
  json::Writer writer;
  writer.begin_object().key("target").begin_object().member("user", user).end_object();
  return writer.member("text", text).end_object().take();
}

std::string body_of(std::string_view result) {
  const auto document = json::parse(result);
  return document ? std::string((*document)["body"].string_or("")) : "";
}

}  // namespace beckon::tests
