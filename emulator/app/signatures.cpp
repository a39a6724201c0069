// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/signatures.h"

#include "common/base/time.h"

namespace beckon::emulator {

sigv4::FindKey SignatureRules::find_key() const {
  return [id = access_key_id,
          secret = secret_access_key](std::string_view asked) -> std::optional<sigv4::KnownKey> {
    if (asked != id) return std::nullopt;
    // Functions have a session token, a developer's tools have none: either is accepted.
    return sigv4::KnownKey{.secret_access_key = secret, .session_token = std::nullopt};
  };
}

std::optional<sigv4::Refusal> SignatureRules::check(const HttpRequest& request,
                                                    std::string_view service) const {
  const sigv4::Request signed_request{.method = request.method,
                                      .path = request.path,
                                      .query = request.query,
                                      .headers = request.headers,
                                      .body = request.body};
  const sigv4::Expected expected{.region = region, .service = service, .now = base::wall_now()};
  const auto verified = sigv4::verify(signed_request, expected, find_key());
  if (verified) return std::nullopt;
  return verified.error();
}

}  // namespace beckon::emulator
