// SPDX-License-Identifier: Apache-2.0
// Private keys: making, reading, writing, signing. Apart from the public half, so that what only
// verifies is not linked with it.
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/crypto/es256.h"
#include "common/crypto/hash.h"

namespace beckon::crypto {
namespace {

using base::ErrorCode;
using base::fail;

int fill_random(void*, unsigned char* out, std::size_t size) {
  base::random_bytes({out, size});
  return 0;
}

// An mbedTLS key context, freed (and wiped) at the end of the scope.
struct Context {
  mbedtls_pk_context key;

  Context() { mbedtls_pk_init(&key); }
  ~Context() { mbedtls_pk_free(&key); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
};

std::unexpected<base::Error> no_private_key(std::string_view text) {
  std::string expected =
      "expected an EC P-256 private key in PEM, as beckon-agent keygen makes it, ";
  if (text.find("ENCRYPTED") != std::string_view::npos) {
    expected += "got an encrypted one (nobody is there to type its password)";
  } else if (text.find("-----BEGIN PUBLIC KEY-----") != std::string_view::npos) {
    expected += "got a public key";
  } else if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    expected += "got a key of another kind, or a damaged one";
  } else {
    expected += text.empty() ? "got nothing" : "got something else";
  }
  return fail(ErrorCode::kInvalid, std::move(expected));
}

}  // namespace

PrivateKey::~PrivateKey() {
  mbedtls_platform_zeroize(secret_.data(), secret_.size());
}

PrivateKey PrivateKey::generate() {
  Context context;
  BECKON_ASSERT(mbedtls_pk_setup(&context.key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
  mbedtls_ecp_keypair* pair = mbedtls_pk_ec(context.key);
  BECKON_ASSERT(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, pair, fill_random, nullptr) == 0);
  Secret secret;
  PublicKey::Point point;
  std::size_t length = 0;
  BECKON_ASSERT(mbedtls_ecp_write_key_ext(pair, &length, secret.data(), secret.size()) == 0);
  BECKON_ASSERT(mbedtls_ecp_write_public_key(pair, MBEDTLS_ECP_PF_UNCOMPRESSED, &length,
                                             point.data(), point.size()) == 0);
  PrivateKey made(secret, PublicKey(point));
  mbedtls_platform_zeroize(secret.data(), secret.size());
  return made;
}

base::Result<PrivateKey> PrivateKey::from_pem(std::string_view text) {
  if (text.size() > kKeyFileBytesMax || text.find('\0') != std::string_view::npos) {
    return no_private_key("?");
  }
  Context context;
  // PEM is read with its terminating zero.
  std::string zero_ended(text);
  const int failed =
      mbedtls_pk_parse_key(&context.key, reinterpret_cast<const unsigned char*>(zero_ended.c_str()),
                           zero_ended.size() + 1, nullptr, 0, fill_random, nullptr);
  mbedtls_platform_zeroize(zero_ended.data(), zero_ended.size());
  // DER is read too; a key file of ours is PEM.
  if (failed != 0 || !text.starts_with("-----BEGIN ") ||
      mbedtls_pk_get_type(&context.key) != MBEDTLS_PK_ECKEY) {
    return no_private_key(text);
  }
  mbedtls_ecp_keypair* pair = mbedtls_pk_ec(context.key);
  Secret secret;
  PublicKey::Point point;
  std::size_t length = 0;
  if (mbedtls_ecp_keypair_get_group_id(pair) != MBEDTLS_ECP_DP_SECP256R1 ||
      mbedtls_ecp_check_pub_priv(pair, pair, fill_random, nullptr) != 0 ||
      mbedtls_ecp_write_key_ext(pair, &length, secret.data(), secret.size()) != 0 ||
      mbedtls_ecp_write_public_key(pair, MBEDTLS_ECP_PF_UNCOMPRESSED, &length, point.data(),
                                   point.size()) != 0) {
    return no_private_key(text);
  }
  PrivateKey read(secret, PublicKey(point));
  mbedtls_platform_zeroize(secret.data(), secret.size());
  return read;
}

std::string PrivateKey::to_pem() const {
  Context context;
  BECKON_ASSERT(mbedtls_pk_setup(&context.key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
  mbedtls_ecp_keypair* pair = mbedtls_pk_ec(context.key);
  BECKON_ASSERT(
      mbedtls_ecp_read_key(MBEDTLS_ECP_DP_SECP256R1, pair, secret_.data(), secret_.size()) == 0);
  BECKON_ASSERT(mbedtls_ecp_keypair_calc_public(pair, fill_random, nullptr) == 0);
  std::array<unsigned char, 512> text{};
  BECKON_ASSERT(mbedtls_pk_write_key_pem(&context.key, text.data(), text.size()) == 0);
  std::string pem(reinterpret_cast<const char*>(text.data()));
  mbedtls_platform_zeroize(text.data(), text.size());
  return pem;
}

Es256Signature PrivateKey::sign(std::string_view message) const {
  const auto digest = sha256(message);
  mbedtls_ecp_group group;
  mbedtls_mpi d;
  mbedtls_mpi r;
  mbedtls_mpi s;
  mbedtls_ecp_group_init(&group);
  for (mbedtls_mpi* number : {&d, &r, &s}) mbedtls_mpi_init(number);
  Es256Signature signature;
  // The generator only blinds the computation against those who watch its power and timing. The
  // calls fail only without memory, and then nothing else works either.
  const bool done =
      mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
      mbedtls_mpi_read_binary(&d, secret_.data(), secret_.size()) == 0 &&
      mbedtls_ecdsa_sign_det_ext(&group, &r, &s, &d, digest.bytes.data(), digest.bytes.size(),
                                 MBEDTLS_MD_SHA256, fill_random, nullptr) == 0 &&
      mbedtls_mpi_write_binary(&r, signature.data(), 32) == 0 &&
      mbedtls_mpi_write_binary(&s, signature.data() + 32, 32) == 0;
  for (mbedtls_mpi* number : {&d, &r, &s}) mbedtls_mpi_free(number);
  mbedtls_ecp_group_free(&group);
  BECKON_ASSERT(done);
  return signature;
}

}  // namespace beckon::crypto
