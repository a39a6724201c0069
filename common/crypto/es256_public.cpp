// SPDX-License-Identifier: Apache-2.0
// Public keys: reading, writing, verifying. All that the backend is linked with.
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/crypto/es256.h"
#include "common/crypto/hash.h"

namespace beckon::crypto {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
constexpr std::size_t kPemLineCharacters = 64;

// Everything before the point in the SubjectPublicKeyInfo of a P-256 key (RFC 5480):
// id-ecPublicKey, prime256v1, a bit string of 66 bytes. DER leaves no choice, so comparing is the
// strictest parser.
constexpr unsigned char kInfoPrefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                         0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                         0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

std::string_view info_prefix() {
  return {reinterpret_cast<const char*>(kInfoPrefix), sizeof kInfoPrefix};
}

// The curve and one point of it, freed at the end of the scope.
struct CurvePoint {
  mbedtls_ecp_group group;
  mbedtls_ecp_point point;

  CurvePoint() {
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    BECKON_ASSERT(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) == 0);
  }
  ~CurvePoint() {
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
  }
  CurvePoint(const CurvePoint&) = delete;
  CurvePoint& operator=(const CurvePoint&) = delete;

  // False if the bytes are no point of the curve.
  bool read(std::string_view bytes) {
    return mbedtls_ecp_point_read_binary(&group, &point,
                                         reinterpret_cast<const unsigned char*>(bytes.data()),
                                         bytes.size()) == 0 &&
           mbedtls_ecp_check_pubkey(&group, &point) == 0;
  }
};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::unexpected<base::Error> no_public_key(std::string_view text) {
  std::string expected =
      "expected the public key of an EC P-256 pair in PEM (-----BEGIN PUBLIC KEY-----), ";
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    expected +=
        "got a private key: it never leaves its device; give the public key, as "
        "beckon-agent keygen prints it";
  } else if (text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos) {
    expected += "got a certificate";
  } else if (text.empty()) {
    expected += "got nothing";
  } else if (text.starts_with(kBegin)) {
    expected += "got a key of another kind, or a damaged one";
  } else {
    expected += "got something else";
  }
  return fail(ErrorCode::kInvalid, std::move(expected));
}

}  // namespace

base::Result<PublicKey> PublicKey::checked(std::string_view point) {
  CurvePoint curve;
  Point bytes;
  if (point.size() != bytes.size() || point.front() != '\x04' || !curve.read(point)) {
    return fail(ErrorCode::kInvalid, "expected a point of P-256, uncompressed");
  }
  point.copy(reinterpret_cast<char*>(bytes.data()), bytes.size());
  return PublicKey(bytes);
}

base::Result<PublicKey> PublicKey::from_pem(std::string_view text) {
  if (text.size() > kKeyFileBytesMax) {
    return fail(ErrorCode::kInvalid,
                "expected a public key in PEM, got " + std::to_string(text.size()) + " bytes");
  }
  const std::string_view pem = trimmed(text);
  if (!pem.starts_with(kBegin) || !pem.ends_with(kEnd) ||
      pem.size() < kBegin.size() + kEnd.size()) {
    return no_public_key(pem);
  }
  std::string characters;
  for (const char c : pem.substr(kBegin.size(), pem.size() - kBegin.size() - kEnd.size())) {
    if (!is_space(c)) characters += c;
  }
  const auto der = base::base64_decode(characters);
  if (!der || !der->starts_with(info_prefix())) return no_public_key(pem);
  auto key = checked(std::string_view(*der).substr(sizeof kInfoPrefix));
  if (!key) return no_public_key(pem);
  return key;
}

base::Result<PublicKey> PublicKey::from_text(std::string_view text) {
  const auto point = base::base64url_decode(text);
  if (!point) return std::unexpected(point.error());
  return checked(*point);
}

base::Result<PublicKey> PublicKey::from_coordinates(std::string_view x, std::string_view y) {
  if (x.size() != 32 || y.size() != 32) {
    return fail(ErrorCode::kInvalid, "expected coordinates of 32 bytes");
  }
  return checked(std::string("\x04").append(x).append(y));
}

std::string PublicKey::to_pem() const {
  const std::string characters = base::base64(std::string(info_prefix()).append(point_view()));
  std::string pem = std::string(kBegin) + "\n";
  for (std::size_t at = 0; at < characters.size(); at += kPemLineCharacters) {
    pem += characters.substr(at, kPemLineCharacters) + "\n";
  }
  return pem.append(kEnd).append("\n");
}

std::string PublicKey::to_text() const {
  return base::base64url(point_view());
}

std::string PublicKey::fingerprint() const {
  std::string text = base::base64(sha256(std::string(info_prefix()).append(point_view())).view());
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

bool PublicKey::verify(std::string_view message, const Es256Signature& signature) const {
  CurvePoint curve;
  if (!curve.read(point_view())) return false;
  const auto digest = sha256(message);
  mbedtls_mpi r;
  mbedtls_mpi s;
  mbedtls_mpi_init(&r);
  mbedtls_mpi_init(&s);
  // mbedTLS itself refuses r and s outside of 1 … n-1.
  const bool good = mbedtls_mpi_read_binary(&r, signature.data(), 32) == 0 &&
                    mbedtls_mpi_read_binary(&s, signature.data() + 32, 32) == 0 &&
                    mbedtls_ecdsa_verify(&curve.group, digest.bytes.data(), digest.bytes.size(),
                                         &curve.point, &r, &s) == 0;
  mbedtls_mpi_free(&s);
  mbedtls_mpi_free(&r);
  return good;
}

}  // namespace beckon::crypto
