// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificates.h"

#include <mbedtls/x509_crt.h>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"

namespace beckon::crypto {
namespace {

constexpr std::string_view kPinPrefix = "sha256//";

}  // namespace

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

base::Result<std::string> public_key_pin(std::string_view der) {
  mbedtls_x509_crt certificate;
  mbedtls_x509_crt_init(&certificate);
  const int failed = mbedtls_x509_crt_parse_der_nocopy(
      &certificate, reinterpret_cast<const unsigned char*>(der.data()), der.size());
  std::string pin;
  if (failed == 0) {
    const mbedtls_x509_buf& key = certificate.pk_raw;
    const auto digest = sha256(std::string_view(reinterpret_cast<const char*>(key.p), key.len));
    pin = std::string(kPinPrefix) + base::base64(digest.view());
  }
  mbedtls_x509_crt_free(&certificate);
  if (failed != 0) return base::fail(base::ErrorCode::kInvalid, "this is no certificate in DER");
  return pin;
}

}  // namespace beckon::crypto
