// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>

#include <cstring>

#include "common/base/bytes.h"
#include "emulator/events/matcher.h"

namespace beckon::emulator {
namespace {

bool parse_address(const std::string& text, bool& is_v6, std::array<std::uint8_t, 16>& address) {
  is_v6 = text.find(':') != std::string::npos;
  return inet_pton(is_v6 ? AF_INET6 : AF_INET, text.c_str(), address.data()) == 1;
}

}  // namespace

base::Result<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.find('/', slash + 1) != std::string_view::npos) {
    return base::fail(base::ErrorCode::kInvalid, "Malformed CIDR, one '/' required");
  }
  const auto bits = base::parse_uint64(text.substr(slash + 1));
  if (!bits) {
    return base::fail(base::ErrorCode::kInvalid, "Malformed CIDR, mask bits must be an integer");
  }
  Network network;
  const std::string address(text.substr(0, slash));
  if (!parse_address(address, network.is_v6, network.address)) {
    return base::fail(base::ErrorCode::kInvalid, "Nonstandard IP address: " + address);
  }
  const unsigned bits_max = network.is_v6 ? 128 : 32;
  if (*bits > bits_max) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("Malformed CIDR, mask bits must be at most {}", bits_max));
  }
  network.bits = static_cast<int>(*bits);
  return network;
}

bool Network::contains(std::string_view address_text) const {
  bool other_is_v6 = false;
  std::array<std::uint8_t, 16> other{};
  if (!parse_address(std::string(address_text), other_is_v6, other) || other_is_v6 != is_v6) {
    return false;
  }
  const std::size_t whole = static_cast<std::size_t>(bits) / 8;
  if (std::memcmp(address.data(), other.data(), whole) != 0) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF << (8 - rest));
  return (address[whole] & mask) == (other[whole] & mask);
}

}  // namespace beckon::emulator
