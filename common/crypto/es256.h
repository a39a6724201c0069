// SPDX-License-Identifier: Apache-2.0
// ES256: ECDSA over P-256 with SHA-256, in the form that JOSE uses (r‖s, 64 bytes; RFC 7518 section
// 3.4), over mbedTLS. Keys are plain values without any state of the library. One curve and one
// encoding each: what is not exactly that is refused, so that two texts never mean one key.
// Does not decide who may sign: that is whoever keeps the key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::crypto {

inline constexpr std::size_t kEs256SignatureBytes = 64;
inline constexpr std::size_t kKeyFileBytesMax = 4096;  // a PEM text of one key; a P-256 key has 250

using Es256Signature = std::array<std::uint8_t, kEs256SignatureBytes>;

// A point of P-256, known to lie on the curve and not to be its zero.
class PublicKey {
 public:
  // PEM as RFC 7468 has it: one "PUBLIC KEY" (SubjectPublicKeyInfo, uncompressed point), maybe with
  // blank space around it. Errors: kInvalid, saying what it is instead (a private key, a
  // certificate, another kind of key).
  static base::Result<PublicKey> from_pem(std::string_view text);
  // The text of to_text(). Errors: kInvalid.
  static base::Result<PublicKey> from_text(std::string_view text);
  // The coordinates, 32 bytes each, as a JSON Web Key has them. Errors: kInvalid.
  static base::Result<PublicKey> from_coordinates(std::string_view x, std::string_view y);

  std::string to_pem() const;
  // The uncompressed point (65 bytes) as base64url: 87 characters. How rows hold a key.
  std::string to_text() const;
  std::string_view x() const { return point_view().substr(1, 32); }
  std::string_view y() const { return point_view().substr(33, 32); }
  // "SHA256:…": base64 of the hash over the DER form, as `openssl pkey -pubin -outform DER |
  // openssl dgst -sha256 -binary | base64` makes it, without padding. For people to compare.
  std::string fingerprint() const;

  bool verify(std::string_view message, const Es256Signature& signature) const;

  bool operator==(const PublicKey&) const = default;

 private:
  friend class PrivateKey;
  using Point = std::array<std::uint8_t, 65>;
  explicit PublicKey(const Point& point) : point_(point) {}
  static base::Result<PublicKey> checked(std::string_view point);
  std::string_view point_view() const {
    return {reinterpret_cast<const char*>(point_.data()), point_.size()};
  }

  Point point_;
};

class PrivateKey {
 public:
  // From the operating system's generator.
  static PrivateKey generate();
  // PEM, "EC PRIVATE KEY" (SEC1, RFC 5915) or "PRIVATE KEY" (PKCS#8), unencrypted. Errors:
  // kInvalid, saying what it is instead.
  static base::Result<PrivateKey> from_pem(std::string_view text);

  std::string to_pem() const;  // SEC1
  const PublicKey& public_key() const { return public_key_; }

  // Deterministic (RFC 6979): no generator can weaken it; the same message gives the same
  // signature.
  Es256Signature sign(std::string_view message) const;

  PrivateKey(const PrivateKey&) = default;
  PrivateKey& operator=(const PrivateKey&) = default;
  ~PrivateKey();  // wipes the secret

 private:
  using Secret = std::array<std::uint8_t, 32>;
  PrivateKey(const Secret& secret, const PublicKey& public_key)
      : secret_(secret), public_key_(public_key) {}

  Secret secret_;
  PublicKey public_key_;
};

}  // namespace beckon::crypto
