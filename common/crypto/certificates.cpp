// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificates.h"

#include <mbedtls/x509_crt.h>

namespace beckon::crypto {

base::Result<std::size_t> count_certificates(const std::string& text) {
  mbedtls_x509_crt chain;
  mbedtls_x509_crt_init(&chain);
  // PEM is read with its terminating zero, DER without one.
  const bool is_der = text.starts_with('\x30');
  const int failed = mbedtls_x509_crt_parse(
      &chain, reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + (is_der ? 0 : 1));
  std::size_t count = 0;
  for (const mbedtls_x509_crt* one = &chain; one != nullptr; one = one->next) {
    if (one->raw.p != nullptr) ++count;
  }
  mbedtls_x509_crt_free(&chain);
  if (failed == 0 && count > 0) return count;
  if (count == 0) {
    return base::fail(base::ErrorCode::kInvalid,
                      "holds no certificate that can be read; expected PEM "
                      "(-----BEGIN CERTIFICATE-----)");
  }
  return base::fail(
      base::ErrorCode::kInvalid,
      "holds " + std::to_string(failed) +
          " certificates that cannot be read (damaged, or of an unknown kind), beside " +
          std::to_string(count) + " good ones; take them out");
}

}  // namespace beckon::crypto
