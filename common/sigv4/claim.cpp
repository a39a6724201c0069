// SPDX-License-Identifier: Apache-2.0
#include "common/sigv4/claim.h"

#include <chrono>

#include "common/base/bytes.h"

namespace beckon::sigv4 {
namespace {

// AWS's limit of X-Amz-Expires: a week.
constexpr std::chrono::seconds kExpiresMax = std::chrono::days(7);

using Checked = std::expected<void, Refusal>;

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view piece = query.substr(0, end);
    const std::size_t equals = piece.find('=');
    if (base::percent_decode(piece.substr(0, equals)) == name) {
      if (equals == std::string_view::npos) return std::string();
      return base::percent_decode(piece.substr(equals + 1));
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

// The "Name=value" pairs behind the algorithm, separated by commas or spaces, into the claim.
Checked read_pairs(std::string_view pairs, std::string_view header, Claim& claim) {
  constexpr std::string_view kSeparators = ", \t";
  while (true) {
    const std::size_t begin = pairs.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return {};
    pairs.remove_prefix(begin);
    const std::size_t end = pairs.find_first_of(kSeparators);
    const std::string_view pair = pairs.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return refuse(Failure::kIncompleteSignature,
                    quoted(pair) +
                        " not a valid key=value pair (missing equal-sign) in "
                        "Authorization header: " +
                        quoted(header) + ".");
    }
    const std::string_view name = pair.substr(0, equals);
    const std::string value(pair.substr(equals + 1));
    if (name == "Credential") claim.credential = value;
    if (name == "SignedHeaders") claim.signed_headers = value;
    if (name == "Signature") claim.signature = value;
    if (end == std::string_view::npos) return {};
    pairs.remove_prefix(end);
  }
}

std::expected<Claim, Refusal> claim_from_header(const Request& request,
                                                std::string_view authorization) {
  Claim claim;
  const std::size_t space = authorization.find(' ');
  claim.algorithm = authorization.substr(0, space);
  if (space != std::string_view::npos) {
    const Checked read = read_pairs(authorization.substr(space), authorization, claim);
    if (!read) return std::unexpected(read.error());
  }
  const std::string* date = find_header(request.headers, "x-amz-date");
  if (date == nullptr) date = find_header(request.headers, "date");
  std::string missing;
  const auto require = [&missing](bool there, const char* name) {
    if (!there) missing += std::string("Authorization header requires '") + name + "' parameter. ";
  };
  require(!claim.credential.empty(), "Credential");
  require(!claim.signature.empty(), "Signature");
  require(!claim.signed_headers.empty(), "SignedHeaders");
  if (date != nullptr) {
    claim.date = *date;
  } else {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (!missing.empty()) {
    return refuse(Failure::kIncompleteSignature,
                  missing + "Authorization=" + std::string(authorization));
  }
  if (const std::string* token = find_header(request.headers, "x-amz-security-token")) {
    claim.session_token = *token;
  }
  return claim;
}

std::expected<Claim, Refusal> claim_from_query(std::string_view query) {
  Claim claim;
  claim.presigned = true;
  std::string missing;
  const auto take = [&](const char* name, std::string& into) {
    const std::optional<std::string> value = query_parameter(query, name);
    if (value && !value->empty()) {
      into = *value;
    } else {
      missing += std::string("AWS query-string parameters must include '") + name + "'. ";
    }
  };
  take("X-Amz-Algorithm", claim.algorithm);
  take("X-Amz-Credential", claim.credential);
  take("X-Amz-Signature", claim.signature);
  take("X-Amz-SignedHeaders", claim.signed_headers);
  take("X-Amz-Date", claim.date);
  if (!missing.empty()) {
    return refuse(Failure::kIncompleteSignature,
                  missing + "Re-examine the query-string parameters.");
  }
  claim.session_token = query_parameter(query, "X-Amz-Security-Token");
  if (const auto expires = query_parameter(query, "X-Amz-Expires")) {
    const base::Result<std::uint64_t> seconds = base::parse_uint64(*expires);
    if (!seconds || *seconds < 1 || *seconds > static_cast<std::uint64_t>(kExpiresMax.count())) {
      return refuse(
          Failure::kIncompleteSignature,
          "X-Amz-Expires must be a number of seconds from 1 to 604800, got " + quoted(*expires));
    }
    claim.expires = std::chrono::seconds(*seconds);
  }
  return claim;
}

}  // namespace

std::unexpected<Refusal> refuse(Failure failure, std::string message) {
  return std::unexpected<Refusal>(Refusal{failure, std::move(message)});
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

std::expected<Claim, Refusal> read_claim(const Request& request) {
  const std::string* authorization = find_header(request.headers, "authorization");
  if (authorization != nullptr && authorization->starts_with("AWS4-")) {
    return claim_from_header(request, *authorization);
  }
  if (query_parameter(request.query, "X-Amz-Signature") ||
      query_parameter(request.query, "X-Amz-Algorithm")) {
    return claim_from_query(request.query);
  }
  return refuse(Failure::kMissingToken, "Request is missing Authentication Token");
}

}  // namespace beckon::sigv4
