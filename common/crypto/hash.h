// SPDX-License-Identifier: Apache-2.0
// The few hash functions that Beckon needs, over mbedTLS. No keys are stored, nothing allocates,
// no call can fail, and none needs mbedTLS's generator or PSA to be started.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace beckon::crypto {

// The result of a hash function: N bytes.
template <std::size_t N>
struct Digest {
  std::array<std::uint8_t, N> bytes{};

  // The bytes as they are; valid while the digest lives.
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string hex() const;  // lower case
  bool operator==(const Digest&) const = default;
};

Digest<32> sha256(std::string_view bytes);
Digest<32> hmac_sha256(std::string_view key, std::string_view message);

// For the WebSocket handshake (RFC 6455) only: SHA-1 protects nothing any more.
Digest<20> sha1(std::string_view bytes);

// Compares without telling by its duration where the difference is. Different lengths are unequal
// at once.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace beckon::crypto
