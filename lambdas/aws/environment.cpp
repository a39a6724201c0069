// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/environment.h"

#include <cstdlib>

#include "common/base/bytes.h"

namespace beckon::lambdas {
namespace {

using base::ErrorCode;

constexpr const char* kConnectionsVariable = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI";
constexpr const char* kConnectionsFallback = "CONNECTIONS_ENDPOINT";

base::Result<Endpoint> endpoint_from(const std::string& variable, const std::string& url) {
  base::Result<Endpoint> endpoint = parse_endpoint(url);
  if (!endpoint) {
    return base::fail(ErrorCode::kInvalid, variable + ": " + endpoint.error().message);
  }
  return endpoint;
}

// Only in the Chinese partition do the services live under another domain.
std::string_view domain_of(std::string_view region) {
  return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == '[' || c == ']' || c == ':';
}

// The host with its port, without the port that the scheme has anyway: as curl will send it.
base::Result<std::string> host_header(std::string_view scheme, std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port) {
    const auto port = base::parse_uint64(authority.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) {
      return base::fail(ErrorCode::kInvalid, "a port is a number from 1 to 65535");
    }
    const std::uint64_t usual = scheme == "https" ? 443 : 80;
    if (*port == usual) authority = authority.substr(0, colon);
  }
  return sigv4::lower_case(authority);
}

}  // namespace

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

base::Result<AwsIdentity> aws_identity(const GetVariable& get) {
  std::string missing;
  const auto require = [&](const char* name) {
    const std::optional<std::string> value = get(name);
    if (!value) missing += (missing.empty() ? "" : ", ") + std::string(name);
    return value.value_or("");
  };
  AwsIdentity identity;
  const std::optional<std::string> fallback = get("AWS_DEFAULT_REGION");
  const std::optional<std::string> region = get("AWS_REGION");
  identity.region = region || !fallback ? require("AWS_REGION") : *fallback;
  identity.credentials.access_key_id = require("AWS_ACCESS_KEY_ID");
  identity.credentials.secret_access_key = require("AWS_SECRET_ACCESS_KEY");
  identity.credentials.session_token = get("AWS_SESSION_TOKEN").value_or("");
  if (!missing.empty()) {
    return base::fail(ErrorCode::kInvalid, "environment variables are missing: " + missing);
  }
  return identity;
}

base::Result<Endpoint> parse_endpoint(std::string_view url) {
  const auto wrong = [url](std::string_view why) {
    return base::fail(ErrorCode::kInvalid,
                      "expected a URL like https://host or "
                      "http://127.0.0.1:3001/dev, got \"" +
                          std::string(url.substr(0, 200)) + "\"" + std::string(why));
  };
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    endpoint.scheme = "https";
  } else if (rest.starts_with("http://")) {
    endpoint.scheme = "http";
  } else {
    return wrong("");
  }
  rest.remove_prefix(endpoint.scheme.size() + 3);
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  if (authority.empty()) return wrong(": no host");
  for (const char c : authority) {
    if (!is_host_character(c)) return wrong(": a host has letters, digits, '.' and '-'");
  }
  base::Result<std::string> host = host_header(endpoint.scheme, authority);
  if (!host) return wrong(": " + host.error().message);
  endpoint.host = std::move(*host);
  std::string_view path = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  if (path.find_first_of("?# ") != std::string_view::npos) return wrong(": no query, no fragment");
  while (path.ends_with('/')) path.remove_suffix(1);
  endpoint.path = path;
  return endpoint;
}

base::Result<Endpoint> service_endpoint(const AwsService& service, std::string_view region,
                                        const GetVariable& get) {
  const std::string own = "AWS_ENDPOINT_URL_" + std::string(service.variable);
  for (const std::string& variable : {own, std::string("AWS_ENDPOINT_URL")}) {
    if (const std::optional<std::string> url = get(variable)) return endpoint_from(variable, *url);
  }
  std::string host(service.host);
  host.append(".").append(region).append(".").append(domain_of(region));
  return Endpoint{"https", host, ""};
}

base::Result<Endpoint> connections_endpoint(const GetVariable& get) {
  for (const char* variable : {kConnectionsVariable, kConnectionsFallback}) {
    if (const std::optional<std::string> url = get(variable)) return endpoint_from(variable, *url);
  }
  return base::fail(ErrorCode::kInvalid, std::string("environment variables are missing: ") +
                                             kConnectionsFallback + " (or " + kConnectionsVariable +
                                             "), the https address of the WebSocket "
                                             "API with its stage");
}

}  // namespace beckon::lambdas
