// SPDX-License-Identifier: Apache-2.0
#include "lambdas/authorize/handler.h"

#include <algorithm>

#include "common/identity/device_token.h"
#include "common/json/json.h"
#include "common/json/writer.h"
#include "common/protocol/limits.h"
#include "lambdas/authorize/device_key.h"
#include "lambdas/backend/gateway_event.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

// Header names keep the case in which the client sent them.
json::View header(json::View headers, std::string_view name) {
  for (const json::View member : headers) {
    if (equal_ignoring_case(member.key(), name)) return member;
  }
  return {};
}

std::string_view claim(json::View root, std::string_view header_name, std::string_view parameter) {
  const json::View from_header = header(root["headers"], header_name);
  if (from_header.exists()) return from_header.string_or("");
  return root["queryStringParameters"][parameter].string_or("");
}

// Who was let in; nobody if empty.
struct Identity {
  std::string_view user;
  std::string_view device;
  std::string_view public_key;  // what proved it; "" where names are believed
};

std::string policy(std::string_view effect, std::string_view method_arn, const Identity& who) {
  json::Writer writer;
  writer.begin_object().member("principalId", who.device.empty() ? "nobody" : who.device);
  writer.key("policyDocument").begin_object().member("Version", "2012-10-17");
  writer.key("Statement").begin_array().begin_object();
  writer.member("Action", "execute-api:Invoke")
      .member("Effect", effect)
      .member("Resource", method_arn);
  writer.end_object().end_array().end_object();
  writer.key("context").begin_object();
  if (!who.user.empty()) writer.member("userId", who.user).member("deviceId", who.device);
  if (!who.public_key.empty()) writer.member("publicKey", who.public_key);
  return writer.end_object().end_object().take();
}

base::Result<std::string> unauthorized() {
  return base::fail(ErrorCode::kDenied, "Unauthorized");
}

base::Result<std::string> believe_names(const base::Logger& log, json::View root,
                                        std::string_view method_arn) {
  const std::string_view user = claim(root, "X-User-Id", "user");
  const std::string_view device = claim(root, "X-Device-Id", "device");
  if (!is_identifier(user, protocol::kUserIdBytesMax) || !is_device_id(device)) {
    log.warning(
        "refused: expected user and device as headers X-User-Id and X-Device-Id or as query "
        "parameters user and device, each 1 to 128 bytes without control characters");
    return unauthorized();
  }
  return policy("Allow", method_arn, {user, device, {}});
}

// The header's value; "" if it is missing. Of several nobody could say which one counts: that is no
// token.
std::string_view authorization(json::View root) {
  if (header(root["multiValueHeaders"], "Authorization").size() > 1) return "(several)";
  return header(root["headers"], "Authorization").string_or("");
}

base::Result<std::string> judge_token(Host& host, const AuthorizeSettings& settings,
                                      json::View root, std::string_view method_arn) {
  const json::View context = root["requestContext"];
  const std::string_view domain = context["domainName"].string_or("");
  const std::string_view stage = context["stage"].string_or("");
  if (domain.empty() || stage.empty()) {
    return base::fail(ErrorCode::kInvalid,
                      "authorizer event: requestContext: expected domainName and stage");
  }
  TokenRules rules{settings.audiences, settings.enrolment};
  rules.audiences.push_back(identity::audience(domain, stage));
  const auto judgement = judge_device(host, rules, authorization(root));
  if (!judgement) return std::unexpected(judgement.error());
  switch (judgement->verdict) {
    case Verdict::kUnproven: return unauthorized();
    case Verdict::kRefused: return policy("Deny", method_arn, {});
    case Verdict::kAdmitted: break;
  }
  return policy("Allow", method_arn,
                {judgement->user_id, judgement->device_id, judgement->public_key});
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view entry = text.substr(0, comma);
    while (!entry.empty() && entry.front() == ' ') entry.remove_prefix(1);
    while (!entry.empty() && entry.back() == ' ') entry.remove_suffix(1);
    if (!entry.empty()) entries.emplace_back(entry);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return entries;
}

base::Result<std::string> handle_authorize(Host& host, const AuthorizeSettings& settings,
                                           std::string_view text) {
  const auto document = parse_gateway_text(text);
  if (!document) return std::unexpected(document.error());
  const json::View root = document->root();
  const auto method_arn = root["methodArn"].string();
  if (!method_arn) {
    return base::fail(ErrorCode::kInvalid, "authorizer event: methodArn: expected a string");
  }
  const base::Logger log(host.log, "authorize");
  if (const json::View origin = header(root["headers"], "Origin"); origin.exists()) {
    const std::string value(origin.string_or(""));
    if (std::ranges::find(settings.allowed_origins, value) == settings.allowed_origins.end()) {
      log.warning("refused: origin \"%s\" is not one of AllowedOrigins", value.c_str());
      return policy("Deny", *method_arn, {});
    }
  }
  if (settings.mode == AuthMode::kOpen) return believe_names(log, root, *method_arn);
  return judge_token(host, settings, root, *method_arn);
}

}  // namespace beckon::lambdas
