// SPDX-License-Identifier: Apache-2.0
// Looks into X.509 certificates: whether a text holds what TLS can trust, and a key's pin. Verifies
// nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::crypto {

// The number of certificates in a PEM text (or one in DER), at least 1. kInvalid: it holds none, or
// some that cannot be read; the message is the rest of a sentence that begins with the text's name.
base::Result<std::size_t> count_certificates(const std::string& text);

// "sha256//BASE64" of the certificate's public key (its SubjectPublicKeyInfo), as curl's
// --pinnedpubkey. kInvalid: this is no certificate in DER.
base::Result<std::string> public_key_pin(std::string_view der);

}  // namespace beckon::crypto
