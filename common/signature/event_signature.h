// SPDX-License-Identifier: Apache-2.0
// The signature of an event: by it a device knows that an operator made this event, for this device
// and until then, whatever the cloud in between says. One form on the bus (detail.target.signature)
// and in frames (the member "signature"). The operator's tool makes it, `deliver` looks at its
// form, the agent verifies it: all through this header. Whom to believe, what time it is, and
// whether an event was acted on before, is the agent's to decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/crypto/es256.h"
#include "common/json/json.h"

namespace beckon::signature {

inline constexpr std::size_t kIdBytes = 16;          // random
inline constexpr std::size_t kKeyIdCharacters = 16;  // hex
// 2106-02-07: a memory of used signatures keeps dates in 32 bits.
inline constexpr std::int64_t kDateMax_s = 0xFFFFFFFF;

struct EventSignature {
  std::string key;                   // which key signed: key_id()
  std::string id;                    // kIdBytes in base64url; no two signatures of a key share one
  std::int64_t issued_at_s = 0;      // "iat", as "exp" in seconds since 1970
  std::int64_t expires_at_s = 0;     // after "iat", at most protocol::kEventTtlMax_s
  std::vector<std::string> devices;  // for these alone; sorted, none twice, at least one
  crypto::Es256Signature signature{};  // "sig"
};

// What names a key in a signature: the first 16 hexadecimal digits of SHA-256 of its point.
std::string key_id(const crypto::PublicKey& key);

// {"key":…,"id":…,"iat":…,"exp":…,"devices":[…],"sig":…} and back. Other members are ignored.
// Errors: kInvalid, names the member and what was expected.
std::string encode(const EventSignature& signature);
base::Result<EventSignature> decode(json::View object);
base::Result<EventSignature> decode(std::string_view text);

// What is signed: one text for one meaning, however the event was printed on its way.
std::string signed_text(const EventSignature& signature, std::string_view name, json::View data);

// Fills in key and signature; everything else must be there and as decode() wants it.
void sign(EventSignature& signature, std::string_view name, json::View data,
          const crypto::PrivateKey& key);
bool is_signed_by(const crypto::PublicKey& key, const EventSignature& signature,
                  std::string_view name, json::View data);

}  // namespace beckon::signature
