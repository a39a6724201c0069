// SPDX-License-Identifier: Apache-2.0
#include "common/sigv4/sign.h"

#include <algorithm>
#include <array>

#include "common/base/assert.h"
#include "common/base/bytes.h"

namespace beckon::sigv4 {
namespace {

// Hop-by-hop headers, and those that others set or change after signing.
constexpr std::array<std::string_view, 12> kNeverSigned = {
    "authorization",       "connection", "expect",          "keep-alive",
    "proxy-authorization", "te",         "trailer",         "user-agent",
    "transfer-encoding",   "upgrade",    "accept-encoding", "x-amzn-trace-id"};

std::string signed_names(std::span<const Header> headers) {
  std::vector<std::string> names;
  for (const Header& header : headers) {
    std::string name = lower_case(header.first);
    if (std::ranges::find(kNeverSigned, name) == kNeverSigned.end())
      names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string joined;
  for (const std::string& name : names) {
    if (!joined.empty()) joined += ';';
    joined += name;
  }
  return joined;
}

std::string credential(const Credentials& credentials, const Scope& scope) {
  std::string out = credentials.access_key_id;
  for (const std::string_view part : {scope.date, scope.region, scope.service, kTerminator}) {
    out += '/';
    out += part;
  }
  return out;
}

void append_parameter(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query += name;
  query += '=';
  query += base::percent_encode(value);
}

}  // namespace

std::vector<Header> sign(const Request& request, const Credentials& credentials,
                         const Target& target, base::WallTime now) {
  BECKON_ASSERT(find_header(request.headers, "host") != nullptr);
  BECKON_ASSERT(find_header(request.headers, "x-amz-date") == nullptr);
  const std::string timestamp = format_timestamp(now);
  const Scope scope{std::string_view(timestamp).substr(0, 8), target.region, target.service};

  std::vector<Header> added = {{"X-Amz-Date", timestamp}};
  if (!credentials.session_token.empty()) {
    added.emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  std::vector<Header> all(request.headers.begin(), request.headers.end());
  all.insert(all.end(), added.begin(), added.end());

  Request complete = request;
  complete.headers = all;
  const std::string names = signed_names(all);
  const std::string text = string_to_sign(timestamp, scope, canonical_request(complete, names, {}));

  std::string authorization(kAlgorithm);
  authorization += " Credential=" + credential(credentials, scope);
  authorization += ", SignedHeaders=" + names;
  authorization += ", Signature=" + signature(credentials.secret_access_key, scope, text);
  added.emplace_back("Authorization", std::move(authorization));
  return added;
}

std::string presign(const Request& request, const Credentials& credentials, const Target& target,
                    base::WallTime now, std::int64_t expires_s) {
  BECKON_ASSERT(find_header(request.headers, "host") != nullptr);
  const std::string timestamp = format_timestamp(now);
  const Scope scope{std::string_view(timestamp).substr(0, 8), target.region, target.service};

  std::string query(request.query);
  append_parameter(query, "X-Amz-Algorithm", kAlgorithm);
  append_parameter(query, "X-Amz-Credential", credential(credentials, scope));
  append_parameter(query, "X-Amz-Date", timestamp);
  append_parameter(query, "X-Amz-Expires", std::to_string(expires_s));
  append_parameter(query, "X-Amz-SignedHeaders", "host");
  if (!credentials.session_token.empty()) {
    append_parameter(query, "X-Amz-Security-Token", credentials.session_token);
  }
  Request complete = request;
  complete.query = query;
  const std::string text =
      string_to_sign(timestamp, scope, canonical_request(complete, "host", {}));
  const std::string hex = signature(credentials.secret_access_key, scope, text);
  append_parameter(query, "X-Amz-Signature", hex);
  return query;
}

}  // namespace beckon::sigv4
