// SPDX-License-Identifier: Apache-2.0
// The token by which a device says who it is: a JSON Web Token (RFC 7519) in compact form, signed
// with ES256 by the device's own key. The agent makes one for every attempt, `authorize` reads it:
// both through this header. Reading looks at the form alone, strictly; whose key it is, and whether
// the times and the audience are right, is for the reader to decide (lambdas/authorize).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/crypto/es256.h"

namespace beckon::identity {

using namespace std::chrono_literals;

// An agent's own tokens have about 400 bytes, with an enrolment key 600. API Gateway takes 10 kB of
// headers.
inline constexpr std::size_t kTokenBytesMax = 2048;
// A token is used at once; minutes are for clocks that differ and handshakes that hang.
inline constexpr base::Duration kTokenLifetimeMax = 5min;
// By how much the clocks of a device and of the backend may differ.
inline constexpr base::Duration kClockSkewMax = 60s;
inline constexpr std::size_t kAudienceBytesMax = 512;
inline constexpr std::size_t kTokenIdBytesMax = 64;

struct DeviceClaims {
  std::string device;    // header "kid"
  std::string audience;  // "aud", see audience()
  // "iat", a NumericDate with a fraction: milliseconds count, since tokens of one device are told
  // apart, and put in order, by them.
  std::int64_t issued_at_ms = 0;
  std::int64_t expires_at_ms = 0;             // "exp"
  std::optional<std::int64_t> not_before_ms;  // "nbf"; agents send none
  std::string token_id;                       // "jti"
  // "jwk": the key of a device that is not registered yet and asks to be (see claim_code.h). Proves
  // nothing by itself.
  std::optional<crypto::PublicKey> enrolment_key;
};

// The text behind "Bearer ".
std::string sign_device_token(const DeviceClaims& claims, const crypto::PrivateKey& key);

struct DeviceToken {
  DeviceClaims claims;
  std::string signed_text;  // header and claims, as they came
  crypto::Es256Signature signature{};

  bool is_signed_by(const crypto::PublicKey& key) const {
    return key.verify(signed_text, signature);
  }
};

// Takes three parts in canonical base64url without padding; a header with alg "ES256" (and no
// other: neither "none" nor HS256 with a public key as its secret), kid, typ "JWT" or none, without
// crit; the claims above with their types and limits. Other claims are ignored. Errors: kInvalid,
// what is wrong in a sentence that repeats nothing of the token.
base::Result<DeviceToken> parse_device_token(std::string_view text);

// What a token is for: "host/stage", the host in lower case without its port, the path without a
// slash at its end; the host alone if there is no path. So a token for one API, or one stage of it,
// is worth nothing at another.
std::string audience(std::string_view host, std::string_view path);

}  // namespace beckon::identity
