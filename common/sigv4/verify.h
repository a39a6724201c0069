// SPDX-License-Identifier: Apache-2.0
// Verifying a request's signature as AWS's front door does: the same checks, in the same order,
// with the same names and sentences. Decides nothing about permissions, and not how a service wraps
// the refusal (status and body differ between API Gateway and the JSON APIs).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/sigv4/canonical.h"

namespace beckon::sigv4 {

enum class Failure : std::uint8_t {
  kMissingToken,         // neither an AWS4 Authorization header nor a presigned query
  kIncompleteSignature,  // a part is missing or malformed; the message says which
  kExpired,              // signed more than 15 min ago, or longer ago than X-Amz-Expires
  kNotYetCurrent,        // signed more than 15 min in the future
  kHostNotSigned,
  kWrongScope,       // date, region, service or terminator of the credential scope
  kUnrecognizedKey,  // unknown access key id, or a wrong session token
  kMismatch,         // the signature is not that of this request under this secret
};

// AWS's name of the error: "MissingAuthenticationTokenException", "IncompleteSignatureException",
// "InvalidSignatureException" or "UnrecognizedClientException".
std::string_view exception_name(Failure failure);

struct Refusal {
  Failure failure = Failure::kMismatch;
  std::string message;  // AWS's sentence
};

struct KnownKey {
  std::string secret_access_key;
  std::optional<std::string> session_token;  // none: whatever token comes is accepted
};

// The key of that id, or none if it is unknown.
using FindKey = std::function<std::optional<KnownKey>(std::string_view access_key_id)>;

struct Expected {
  std::string_view region;
  std::string_view service;  // "dynamodb", "execute-api", …
  base::WallTime now;
};

struct Signer {
  std::string access_key_id;
};

// The request must be as it came: nothing decoded, no header left out. A body whose hash is not the
// one that was signed is a kMismatch; UNSIGNED-PAYLOAD is not accepted (AWS has it for S3 only).
std::expected<Signer, Refusal> verify(const Request& request, const Expected& expected,
                                      const FindKey& find_key);

}  // namespace beckon::sigv4
