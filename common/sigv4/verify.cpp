// SPDX-License-Identifier: Apache-2.0
#include "common/sigv4/verify.h"

#include <array>
#include <chrono>

#include "common/crypto/hash.h"
#include "common/sigv4/claim.h"

namespace beckon::sigv4 {
namespace {

constexpr std::chrono::minutes kSkewMax{15};

using Checked = std::expected<void, Refusal>;

// keyid/date/region/service/terminator
struct CredentialParts {
  std::string_view access_key_id;
  Scope scope;
  std::string_view terminator;
};

base::WallTime shifted(base::WallTime time, base::Duration by) {
  return {time.unix_ms + by.count()};
}

// "15 min."
std::string in_minutes(base::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(duration).count()) +
         " min.";
}

Checked check_time(const Claim& claim, base::WallTime now) {
  const base::Result<base::WallTime> signed_at = parse_timestamp(claim.date);
  if (!signed_at) {
    return refuse(Failure::kIncompleteSignature, "Date must be in ISO-8601 'basic format'. Got " +
                                                     quoted(claim.date) +
                                                     ". See http://en.wikipedia.org/wiki/ISO_8601");
  }
  const base::Duration window = claim.expires.value_or(kSkewMax);
  if (shifted(*signed_at, window) < now) {
    return refuse(Failure::kExpired, "Signature expired: " + claim.date + " is now earlier than " +
                                         format_timestamp(shifted(now, -window)) + " (" +
                                         format_timestamp(now) + " - " + in_minutes(window) + ")");
  }
  if (*signed_at > shifted(now, kSkewMax)) {
    return refuse(Failure::kNotYetCurrent,
                  "Signature not yet current: " + claim.date + " is still later than " +
                      format_timestamp(shifted(now, kSkewMax)) + " (" + format_timestamp(now) +
                      " + " + in_minutes(kSkewMax) + ")");
  }
  return {};
}

bool names_host(std::string_view signed_headers) {
  return (";" + lower_case(signed_headers) + ";").find(";host;") != std::string::npos;
}

std::expected<CredentialParts, Refusal> split_credential(std::string_view credential) {
  const std::string_view whole = credential;
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  while (true) {
    const std::size_t end = credential.find('/');
    if (count < parts.size()) parts[count] = credential.substr(0, end);
    ++count;
    if (end == std::string_view::npos) break;
    credential.remove_prefix(end + 1);
  }
  if (count != parts.size()) {
    return refuse(Failure::kIncompleteSignature,
                  "Credential must have exactly 5 slash-delimited elements, e.g. "
                  "keyid/date/region/service/term, got " +
                      quoted(whole));
  }
  return CredentialParts{parts[0], {parts[1], parts[2], parts[3]}, parts[4]};
}

Checked check_scope(const CredentialParts& parts, const Claim& claim, const Expected& expected) {
  std::string wrong;
  const auto add = [&wrong](const std::string& sentence) {
    if (!wrong.empty()) wrong += ' ';
    wrong += sentence;
  };
  if (parts.scope.region != expected.region) {
    add("Credential should be scoped to a valid region, not " + quoted(parts.scope.region) + ".");
  }
  if (parts.scope.service != expected.service) {
    add("Credential should be scoped to correct service: " + quoted(expected.service) + ".");
  }
  if (parts.terminator != kTerminator) {
    add("Credential should be scoped with a valid terminator: 'aws4_request', not " +
        quoted(parts.terminator) + ".");
  }
  const std::string day = claim.date.substr(0, 8);
  if (parts.scope.date != day) {
    add("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from "
        "HTTP: " +
        quoted(parts.scope.date) + " != " + quoted(day) + ", from " + quoted(claim.date) + ".");
  }
  if (!wrong.empty()) return refuse(Failure::kWrongScope, wrong);
  return {};
}

// AWS shows what it computed, which is what one needs to find the difference.
std::string mismatch_message(const std::string& canonical, const std::string& text) {
  return "The request signature we calculated does not match the signature you provided. Check "
         "your AWS Secret Access Key and signing method. Consult the service documentation for "
         "details.\n\nThe Canonical String for this request should have been\n'" +
         canonical + "'\n\nThe String-to-Sign should have been\n'" + text + "'\n";
}

Checked check_signature(const Request& request, const Claim& claim, const CredentialParts& parts,
                        const FindKey& find_key) {
  const char* const unknown = "The security token included in the request is invalid.";
  const std::optional<KnownKey> key = find_key(parts.access_key_id);
  if (!key) return refuse(Failure::kUnrecognizedKey, unknown);
  const std::string canonical = canonical_request(request, lower_case(claim.signed_headers),
                                                  claim.presigned ? "X-Amz-Signature" : "");
  const std::string text = string_to_sign(claim.date, parts.scope, canonical);
  const std::string ours = signature(key->secret_access_key, parts.scope, text);
  if (!crypto::equal_constant_time(ours, claim.signature)) {
    return refuse(Failure::kMismatch, mismatch_message(canonical, text));
  }
  if (key->session_token &&
      !crypto::equal_constant_time(*key->session_token, claim.session_token.value_or(""))) {
    return refuse(Failure::kUnrecognizedKey, unknown);
  }
  return {};
}

}  // namespace

std::string_view exception_name(Failure failure) {
  switch (failure) {
    case Failure::kMissingToken: return "MissingAuthenticationTokenException";
    case Failure::kIncompleteSignature: return "IncompleteSignatureException";
    case Failure::kUnrecognizedKey: return "UnrecognizedClientException";
    case Failure::kExpired:
    case Failure::kNotYetCurrent:
    case Failure::kHostNotSigned:
    case Failure::kWrongScope:
    case Failure::kMismatch: return "InvalidSignatureException";
  }
  return "InvalidSignatureException";
}

std::expected<Signer, Refusal> verify(const Request& request, const Expected& expected,
                                      const FindKey& find_key) {
  const std::expected<Claim, Refusal> claim = read_claim(request);
  if (!claim) return std::unexpected(claim.error());
  if (const Checked time = check_time(*claim, expected.now); !time) {
    return std::unexpected(time.error());
  }
  if (!names_host(claim->signed_headers)) {
    return refuse(Failure::kHostNotSigned,
                  "'Host' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (claim->algorithm != kAlgorithm) {
    return refuse(Failure::kIncompleteSignature,
                  "Unsupported AWS 'algorithm': " + quoted(claim->algorithm) +
                      " (only AWS4-HMAC-SHA256 for now). ");
  }
  const std::expected<CredentialParts, Refusal> parts = split_credential(claim->credential);
  if (!parts) return std::unexpected(parts.error());
  if (const Checked scope = check_scope(*parts, *claim, expected); !scope) {
    return std::unexpected(scope.error());
  }
  if (const Checked same = check_signature(request, *claim, *parts, find_key); !same) {
    return std::unexpected(same.error());
  }
  return Signer{std::string(parts->access_key_id)};
}

}  // namespace beckon::sigv4
