// SPDX-License-Identifier: Apache-2.0
#include "common/identity/claim_code.h"

#include <cstdint>

#include "common/crypto/hash.h"

namespace beckon::identity {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The digit that a person meant; '\0' if none.
char digit(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  return kAlphabet.find(c) == std::string_view::npos ? '\0' : c;
}

}  // namespace

std::string claim_code(const crypto::PublicKey& key, std::string_view device) {
  // The key's text has a fixed length, so that no two pairs give the same input.
  const auto digest =
      crypto::sha256(std::string("beckon-claim\n") + key.to_text() + "\n" + std::string(device));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 5; ++i) bits = bits << 8 | digest.bytes[i];
  std::string code(kClaimCodeCharacters, '0');
  for (std::size_t i = code.size(); i-- > 0; bits >>= 5) code[i] = kAlphabet[bits & 31];
  return code;
}

std::string format_claim_code(std::string_view code) {
  return std::string(code.substr(0, 4)) + "-" + std::string(code.substr(4));
}

std::optional<std::string> parse_claim_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    const char meant = digit(c);
    if (meant == '\0' || code.size() == kClaimCodeCharacters) return std::nullopt;
    code += meant;
  }
  if (code.size() != kClaimCodeCharacters) return std::nullopt;
  return code;
}

}  // namespace beckon::identity
