// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/gateway_event.h"

#include "common/base/bytes.h"
#include "common/json/writer.h"
#include "lambdas/backend/schema.h"

namespace beckon::lambdas {
namespace {

constexpr std::size_t kUserAgentBytesMax = 256;
constexpr std::size_t kErrorMessageBytesMax = 512;

std::unexpected<base::Error> wrong(const std::string& field, const std::string& expected) {
  return base::fail(base::ErrorCode::kInvalid,
                    "gateway event: " + field + ": expected " + expected);
}

// Cuts at a character's border, so that the rest stays UTF-8.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

base::Result<std::string> decode_body(json::View root) {
  const json::View body = root["body"];
  if (!body.exists() || body.is_null()) return std::string();
  const auto text = body.string();
  if (!text) return wrong("body", "a string");
  if (!root["isBase64Encoded"].boolean().value_or(false)) return std::string(*text);
  return base::base64_decode(*text);
}

}  // namespace

bool is_identifier(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && base::is_utf8(text) &&
         !base::has_control(text);
}

bool is_device_id(std::string_view text) {
  return is_identifier(text, protocol::kDeviceIdBytesMax) &&
         !text.starts_with(schema::kClaimPrefix);
}

base::Result<json::Document> parse_gateway_text(std::string_view text) {
  constexpr std::string_view kNul = "\\u0000";
  if (text.find(kNul) == std::string_view::npos) return json::parse(text, json::kDepthMaxHost);
  std::string without(text);
  for (std::size_t i = 0; i + 1 < without.size(); ++i) {
    if (without[i] != '\\') continue;
    if (std::string_view(without).substr(i, kNul.size()) == kNul)
      without[i + kNul.size() - 1] = '1';
    ++i;  // what an escape escapes begins none
  }
  return json::parse(without, json::kDepthMaxHost);
}

base::Result<GatewayEvent> decode_gateway_event(std::string_view text) {
  const auto document = parse_gateway_text(text);
  if (!document) return wrong("the event", "JSON (" + document.error().message + ")");
  const json::View context = (*document)["requestContext"];
  if (!context.is_object()) return wrong("requestContext", "an object");
  GatewayEvent event;
  event.route_key = context["routeKey"].string_or("");
  event.connection_id = context["connectionId"].string_or("");
  if (event.connection_id.empty()) return wrong("requestContext.connectionId", "a string");
  const auto connected_at = context["connectedAt"].integer();
  if (!connected_at) return wrong("requestContext.connectedAt", "milliseconds since 1970");
  event.connected_at_ms = *connected_at;
  event.user_id = context["authorizer"]["userId"].string_or("");
  if (!is_identifier(event.user_id, protocol::kUserIdBytesMax)) {
    return wrong("requestContext.authorizer.userId",
                 "the user's id from the authorizer (has the $connect route an authorizer?)");
  }
  event.device_id = context["authorizer"]["deviceId"].string_or("");
  if (!is_identifier(event.device_id, protocol::kDeviceIdBytesMax)) {
    return wrong("requestContext.authorizer.deviceId",
                 "the device's id from the authorizer (has the $connect route an authorizer?)");
  }
  event.public_key = context["authorizer"]["publicKey"].string_or("");
  event.source_ip = context["identity"]["sourceIp"].string_or("");
  event.user_agent = cut(context["identity"]["userAgent"].string_or(""), kUserAgentBytesMax);
  auto body = decode_body(document->root());
  if (!body) return std::unexpected(body.error());
  event.body = std::move(*body);
  return event;
}

std::string answer(int status_code) {
  json::Writer writer;
  return writer.begin_object().member("statusCode", status_code).end_object().take();
}

std::string answer_frame(std::string_view frame) {
  json::Writer writer;
  writer.begin_object().member("statusCode", 200).member("body", frame);
  return writer.end_object().take();
}

std::string answer_error(std::string_view code, std::string_view message) {
  return answer_frame(protocol::encode(
      protocol::ErrorMessage{std::string(code), std::string(cut(message, kErrorMessageBytesMax))}));
}

}  // namespace beckon::lambdas
