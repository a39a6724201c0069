// SPDX-License-Identifier: Apache-2.0
// Looks whether a text is what TLS can trust: X.509 certificates. Verifies nothing.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/error.h"

namespace beckon::crypto {

// The number of certificates in a PEM text (or one in DER), at least 1. kInvalid: it holds none, or
// some that cannot be read; the message is the rest of a sentence that begins with the text's name.
base::Result<std::size_t> count_certificates(const std::string& text);

}  // namespace beckon::crypto
