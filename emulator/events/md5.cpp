// SPDX-License-Identifier: Apache-2.0
// As in RFC 1321.
#include "emulator/events/md5.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

using State = std::array<std::uint32_t, 4>;

// floor(2^32 * |sin(i + 1)|), the RFC's table T.
std::array<std::uint32_t, 64> make_table() {
  std::array<std::uint32_t, 64> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint32_t>(
        std::floor(std::fabs(std::sin(static_cast<double>(i + 1))) * 4294967296.0));
  }
  return table;
}

std::uint32_t word_at(std::string_view block, std::size_t index) {
  std::uint32_t word = 0;
  for (std::size_t i = 4; i-- > 0;) {
    word = (word << 8) | static_cast<unsigned char>(block[index * 4 + i]);
  }
  return word;
}

void add_block(State& state, std::string_view block) {
  static const std::array<std::uint32_t, 64> kTable = make_table();
  static constexpr std::array<std::array<int, 4>, 4> kShifts = {
      {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    std::uint32_t mixed = 0;
    std::size_t word = 0;
    switch (round) {
      case 0:
        mixed = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        mixed = (d & b) | (~d & c);
        word = (5 * i + 1) % 16;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = (3 * i + 5) % 16;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = (7 * i) % 16;
        break;
    }
    const std::uint32_t sum = a + mixed + kTable[i] + word_at(block, word);
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kShifts[round][i % 4]);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

}  // namespace

std::string md5_hex(std::string_view bytes) {
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::string rest(bytes.substr(bytes.size() / 64 * 64));
  for (std::size_t at = 0; at + 64 <= bytes.size(); at += 64)
    add_block(state, bytes.substr(at, 64));
  rest += '\x80';
  while (rest.size() % 64 != 56) rest += '\0';
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (int i = 0; i < 8; ++i) rest += static_cast<char>((bits >> (8 * i)) & 0xFF);
  for (std::size_t at = 0; at < rest.size(); at += 64) {
    add_block(state, std::string_view(rest).substr(at, 64));
  }
  std::string digest;
  for (const std::uint32_t word : state) {
    for (int i = 0; i < 4; ++i) digest += static_cast<char>((word >> (8 * i)) & 0xFF);
  }
  return base::hex_lower(digest);
}

}  // namespace beckon::emulator
