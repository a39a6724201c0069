// SPDX-License-Identifier: Apache-2.0
// No token can crash its reader; what is read is within its limits and has one text only: written
// again with the same signature it is the same token.
#include <cstdint>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/identity/claim_code.h"
#include "common/identity/device_token.h"
#include "common/protocol/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto token = identity::parse_device_token(text)) {
    const identity::DeviceClaims& claims = token->claims;
    BECKON_ASSERT(!claims.device.empty() && claims.device.size() <= protocol::kDeviceIdBytesMax);
    BECKON_ASSERT(!claims.audience.empty() && !claims.token_id.empty());
    BECKON_ASSERT(claims.issued_at_ms >= 0 && claims.expires_at_ms >= 0);
    BECKON_ASSERT(token->signed_text + "." +
                      base::base64url({reinterpret_cast<const char*>(token->signature.data()),
                                       token->signature.size()}) ==
                  text);
    if (claims.enrolment_key) {
      static_cast<void>(token->is_signed_by(*claims.enrolment_key));
      BECKON_ASSERT(
          identity::parse_claim_code(identity::claim_code(*claims.enrolment_key, claims.device)));
    }
  } else {
    BECKON_ASSERT(token.error().message.starts_with("token: "));
  }
  return 0;
}
