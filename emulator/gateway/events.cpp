// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/events.h"

#include <ctime>

#include <array>
#include <functional>

#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

struct ContextParts {
  std::string_view route_key;
  std::string_view event_type;
  std::string_view message_id;                  // MESSAGE only
  const DisconnectFacts* disconnect = nullptr;  // DISCONNECT only
};

void write_authorizer(json::Writer& writer, std::string_view members) {
  if (members.empty()) return;
  writer.key("authorizer").raw(std::string("{").append(members).append("}"));
}

void write_context(json::Writer& writer, const ApiFacts& api, const ConnectionFacts& connection,
                   const EventStamp& stamp, const ContextParts& parts) {
  writer.key("requestContext").begin_object();
  writer.member("routeKey", parts.route_key);
  if (parts.disconnect != nullptr) writer.member("disconnectStatusCode", parts.disconnect->code);
  write_authorizer(writer, connection.authorizer_members);
  if (!parts.message_id.empty()) writer.member("messageId", parts.message_id);
  writer.member("eventType", parts.event_type);
  writer.member("extendedRequestId", stamp.request_id);
  writer.member("requestTime", format_clf(stamp.time));
  writer.member("messageDirection", "IN");
  if (parts.disconnect != nullptr) writer.member("disconnectReason", parts.disconnect->reason);
  writer.member("stage", api.stage);
  writer.member("connectedAt", connection.connected_at_ms);
  writer.member("requestTimeEpoch", stamp.time.unix_ms);
  writer.key("identity").begin_object();
  if (!connection.user_agent.empty()) writer.member("userAgent", connection.user_agent);
  writer.member("sourceIp", connection.source_ip).end_object();
  writer.member("requestId", stamp.request_id);
  writer.member("domainName", connection.domain_name);
  writer.member("connectionId", connection.connection_id);
  writer.member("apiId", api.api_id);
  writer.end_object();
}

// The last value of each name, then all values of each name.
void write_values(json::Writer& writer, std::string_view single, std::string_view multi,
                  const MultiValues& values,
                  const std::function<bool(std::string_view)>& leave_out) {
  writer.key(single).begin_object();
  for (const auto& [name, list] : values) {
    if (!leave_out(name)) writer.member(name, list.back());
  }
  writer.end_object().key(multi).begin_object();
  for (const auto& [name, list] : values) {
    if (leave_out(name)) continue;
    writer.key(name).begin_array();
    for (const std::string& value : list) writer.string(value);
    writer.end_array();
  }
  writer.end_object();
}

void write_query(json::Writer& writer, const MultiValues& query) {
  if (query.empty()) return;
  write_values(writer, "queryStringParameters", "multiValueQueryStringParameters", query,
               [](std::string_view) { return false; });
}

void write_stage_variables(json::Writer& writer, const ApiFacts& api, bool even_if_empty) {
  if (api.stage_variables.empty() && !even_if_empty) return;
  writer.key("stageVariables").begin_object();
  for (const auto& [name, value] : api.stage_variables) writer.member(name, value);
  writer.end_object();
}

}  // namespace

std::string format_clf(base::WallTime time) {
  const std::time_t seconds = time.unix_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const std::size_t length =
      std::strftime(text.data(), text.size(), "%d/%b/%Y:%H:%M:%S +0000", &parts);
  return {text.data(), length};
}

std::string connect_event(const ApiFacts& api, const ConnectionFacts& connection,
                          const EventStamp& stamp, const ClientRequest& request) {
  json::Writer writer;
  writer.begin_object();
  write_values(writer, "headers", "multiValueHeaders", request.headers, [](std::string_view name) {
    return same_header(name, "Connection") || same_header(name, "Upgrade");
  });
  write_query(writer, request.query);
  write_stage_variables(writer, api, false);
  write_context(writer, api, connection, stamp,
                {.route_key = "$connect", .event_type = "CONNECT", .message_id = {}});
  writer.member("isBase64Encoded", false).end_object();
  return writer.take();
}

std::string authorizer_event(const ApiFacts& api, const ConnectionFacts& connection,
                             const EventStamp& stamp, const ClientRequest& request,
                             std::string_view method_arn) {
  json::Writer writer;
  writer.begin_object().member("type", "REQUEST").member("methodArn", method_arn);
  write_values(writer, "headers", "multiValueHeaders", request.headers,
               [](std::string_view) { return false; });
  writer.key("queryStringParameters").begin_object();
  for (const auto& [name, list] : request.query) writer.member(name, list.back());
  writer.end_object().key("multiValueQueryStringParameters").begin_object();
  for (const auto& [name, list] : request.query) {
    writer.key(name).begin_array();
    for (const std::string& value : list) writer.string(value);
    writer.end_array();
  }
  writer.end_object();
  write_stage_variables(writer, api, true);
  write_context(writer, api, connection, stamp,
                {.route_key = "$connect", .event_type = "CONNECT", .message_id = {}});
  writer.end_object();
  return writer.take();
}

std::string message_event(const ApiFacts& api, const ConnectionFacts& connection,
                          const EventStamp& stamp, const MessageFacts& message) {
  json::Writer writer;
  writer.begin_object();
  write_stage_variables(writer, api, false);
  write_context(
      writer, api, connection, stamp,
      {.route_key = message.route_key, .event_type = "MESSAGE", .message_id = message.message_id});
  writer.member("body", message.body).member("isBase64Encoded", false).end_object();
  return writer.take();
}

std::string disconnect_event(const ApiFacts& api, const ConnectionFacts& connection,
                             const EventStamp& stamp, const DisconnectFacts& disconnect) {
  json::Writer writer;
  writer.begin_object();
  const std::pair<std::string_view, std::string_view> headers[] = {{"Host", connection.domain_name},
                                                                   {"x-api-key", ""},
                                                                   {"X-Forwarded-For", ""},
                                                                   {"x-restapi", ""}};
  writer.key("headers").begin_object();
  for (const auto& [name, value] : headers) writer.member(name, value);
  writer.end_object().key("multiValueHeaders").begin_object();
  for (const auto& [name, value] : headers)
    writer.key(name).begin_array().string(value).end_array();
  writer.end_object();
  write_stage_variables(writer, api, false);
  write_context(writer, api, connection, stamp,
                {.route_key = "$disconnect",
                 .event_type = "DISCONNECT",
                 .message_id = {},
                 .disconnect = &disconnect});
  writer.member("isBase64Encoded", false).end_object();
  return writer.take();
}

}  // namespace beckon::emulator
