// SPDX-License-Identifier: Apache-2.0
// Signing and verifying. Apart from the form, so that what only looks at that is not linked with
// elliptic curves.
#include "common/signature/event_signature.h"

#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "common/json/canonical.h"
#include "common/json/writer.h"

namespace beckon::signature {
namespace {

// No token of a device and no other text that a key of ours signs begins like this.
constexpr std::string_view kDomain = "beckon-event-1";

}  // namespace

std::string key_id(const crypto::PublicKey& key) {
  const std::string point = std::string("\x04").append(key.x()).append(key.y());
  return crypto::sha256(point).hex().substr(0, kKeyIdCharacters);
}

// Lines: none of the fields can hold a line's end, JSON escapes it. The data goes in as its hash,
// so that the text stays short whatever the event.
std::string signed_text(const EventSignature& signature, std::string_view name, json::View data) {
  json::Writer devices;
  devices.begin_array();
  for (const std::string& device : signature.devices) devices.string(device);
  devices.end_array();
  std::string text(kDomain);
  text.append("\n").append(signature.id);
  text.append("\n").append(std::to_string(signature.issued_at_s));
  text.append("\n").append(std::to_string(signature.expires_at_s));
  text.append("\n").append(devices.text()).append("\n");
  json::append_quoted(text, name);
  text.append("\n").append(crypto::sha256(json::canonical(data)).hex());
  return text.append("\n");
}

void sign(EventSignature& signature, std::string_view name, json::View data,
          const crypto::PrivateKey& key) {
  signature.key = key_id(key.public_key());
  signature.signature = key.sign(signed_text(signature, name, data));
}

bool is_signed_by(const crypto::PublicKey& key, const EventSignature& signature,
                  std::string_view name, json::View data) {
  return key.verify(signed_text(signature, name, data), signature.signature);
}

}  // namespace beckon::signature
