// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/proxy_response.h"

#include <strings.h>

#include "common/base/bytes.h"
#include "common/json/json.h"

namespace beckon::emulator {
namespace {

std::unexpected<base::Error> malformed(const std::string& message) {
  return base::fail(base::ErrorCode::kInvalid, "malformed Lambda proxy response: " + message);
}

std::string scalar_text(json::View value) {
  const auto text = value.string();
  return text ? std::string(*text) : value.print();
}

base::Status read_status(json::View value, ProxyResponse& response) {
  auto status = value.integer();
  if (const auto text = value.string()) {
    const auto parsed = base::parse_int64(*text);
    if (parsed) status = *parsed;
  }
  if (!status || *status < 100 || *status > 599) {
    return malformed("statusCode must be a number from 100 to 599, not " + value.print());
  }
  response.status = static_cast<int>(*status);
  return {};
}

base::Status read_headers(json::View value, ProxyResponse& response) {
  if (value.is_null()) return {};
  if (!value.is_object()) return malformed("headers must be an object, not " + value.print());
  for (const json::View header : value) {
    response.headers.emplace_back(header.key(), scalar_text(header));
  }
  return {};
}

base::Status read_multi_headers(json::View value, ProxyResponse& response) {
  if (value.is_null()) return {};
  if (!value.is_object()) return malformed("multiValueHeaders must be an object");
  for (const json::View header : value) {
    if (!header.is_array()) {
      return malformed("multiValueHeaders must have a list for " + std::string(header.key()));
    }
    for (const json::View one : header)
      response.headers.emplace_back(header.key(), scalar_text(one));
  }
  return {};
}

base::Status read_body(json::View value, bool base64, ProxyResponse& response) {
  if (!value.exists() || value.is_null()) return {};
  const auto text = value.string();
  if (!text) return malformed("body must be a string, not " + std::string(value.type_name()));
  if (!base64) {
    response.body = std::string(*text);
    return {};
  }
  auto decoded = base::base64_decode(*text);
  if (!decoded) return malformed("isBase64Encoded is true but body is not base64");
  response.body = std::move(*decoded);
  return {};
}

}  // namespace

std::optional<std::string_view> ProxyResponse::header(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) {
      found = value;
    }
  }
  return found;
}

base::Result<ProxyResponse> parse_proxy_response(std::string_view payload) {
  const auto document = json::parse(payload, json::kDepthMaxHost);
  if (!document) return malformed(document.error().message);
  const json::View root = document->root();
  if (!root.is_object())
    return malformed("expected an object, not " + std::string(root.type_name()));
  ProxyResponse response;
  for (const json::View member : root) {
    const std::string_view key = member.key();
    base::Status status;
    if (key == "statusCode") {
      status = read_status(member, response);
    } else if (key == "headers") {
      status = read_headers(member, response);
    } else if (key == "multiValueHeaders") {
      status = read_multi_headers(member, response);
    } else if (key == "body") {
      status = read_body(member, root["isBase64Encoded"].boolean().value_or(false), response);
    } else if (key == "isBase64Encoded") {
      if (!member.is_bool() && !member.is_null())
        status = malformed("isBase64Encoded must be a boolean");
    } else {
      status =
          malformed("unknown key '" + std::string(key) +
                    "' (allowed: statusCode, headers, multiValueHeaders, body, isBase64Encoded)");
    }
    if (!status) return std::unexpected(status.error());
  }
  return response;
}

}  // namespace beckon::emulator
