// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/hash.h"

#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>

#include "common/base/assert.h"
#include "common/base/bytes.h"

namespace beckon::crypto {
namespace {

constexpr std::size_t kSha256BlockBytes = 64;

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// SHA-256 of the one text followed by the other. The calls fail only if an accelerator does, and
// none is compiled in.
Digest<32> sha256_of_both(std::string_view first, std::string_view second) {
  Digest<32> digest;
  mbedtls_sha256_context context;
  mbedtls_sha256_init(&context);
  int failed = mbedtls_sha256_starts(&context, 0);
  failed |= mbedtls_sha256_update(&context, data_of(first), first.size());
  failed |= mbedtls_sha256_update(&context, data_of(second), second.size());
  failed |= mbedtls_sha256_finish(&context, digest.bytes.data());
  mbedtls_sha256_free(&context);
  BECKON_ASSERT(failed == 0);
  return digest;
}

}  // namespace

template <std::size_t N>
std::string Digest<N>::hex() const {
  return base::hex_lower(view());
}
template struct Digest<20>;
template struct Digest<32>;

Digest<32> sha256(std::string_view bytes) {
  return sha256_of_both(bytes, {});
}

// RFC 2104, written out because mbedTLS's own HMAC allocates its context.
Digest<32> hmac_sha256(std::string_view key, std::string_view message) {
  std::array<char, kSha256BlockBytes> inner{};
  const Digest<32> hashed = key.size() > kSha256BlockBytes ? sha256(key) : Digest<32>{};
  if (key.size() > kSha256BlockBytes) key = hashed.view();
  key.copy(inner.data(), inner.size());
  std::array<char, kSha256BlockBytes> outer = inner;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5C);
  const Digest<32> inside = sha256_of_both({inner.data(), inner.size()}, message);
  return sha256_of_both({outer.data(), outer.size()}, inside.view());
}

Digest<20> sha1(std::string_view bytes) {
  Digest<20> digest;
  BECKON_ASSERT(mbedtls_sha1(data_of(bytes), bytes.size(), digest.bytes.data()) == 0);
  return digest;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i])) ^
                  static_cast<unsigned>(static_cast<unsigned char>(b[i]));
    // Without this the compiler may leave the loop as soon as the answer is known.
    __asm__ volatile("" : "+r"(difference));
  }
  return difference == 0;
}

}  // namespace beckon::crypto
