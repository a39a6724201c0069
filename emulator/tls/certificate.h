// SPDX-License-Identifier: Apache-2.0
// Making X.509 certificates: the local authority's own, and one for the emulator. Decides what
// stands in them; nothing about where they are kept.
#pragma once

#include <string>
#include <vector>

#include "common/base/error.h"

namespace beckon::emulator {

struct KeyAndCertificate {
  std::string key_pem;
  std::string certificate_pem;
};

// An EC P-256 authority for itself and for servers, good for ten years. Errors: kInternal.
base::Result<KeyAndCertificate> make_authority();

// A server's certificate for these names and numeric addresses, with a new EC P-256 key, good for
// a year or as long as the authority. Errors: kInvalid (the authority's PEM, its key is another
// one's, or it has expired), kInternal.
base::Result<KeyAndCertificate> issue(const KeyAndCertificate& authority,
                                      const std::vector<std::string>& names);

}  // namespace beckon::emulator
