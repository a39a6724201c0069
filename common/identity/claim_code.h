// SPDX-License-Identifier: Apache-2.0
// The short code by which a person pairs a device with its owner, without carrying its key there.
// Device and backend compute it from the same things, so neither has to tell the other. It names a
// key, it is no secret: who knows it can claim the device for an owner only as an operator.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "common/crypto/es256.h"

namespace beckon::identity {

// 40 bits. Two devices by chance: 1 in 10^12. Somebody who wants the code of another device must
// try 10^12 keys, and gains nothing: two keys under one code make it unclaimable.
inline constexpr std::size_t kClaimCodeCharacters = 8;

// The first 40 bits of SHA-256 over both, in Crockford's base 32: 8 characters of
// 0123456789ABCDEFGHJKMNPQRSTVWXYZ.
std::string claim_code(const crypto::PublicKey& key, std::string_view device);

// "ABCD-EFGH", for people.
std::string format_claim_code(std::string_view code);

// What a person typed, as claim_code() makes it: any case, dashes and spaces anywhere, O for 0, I
// and L for 1. None if it is no code.
std::optional<std::string> parse_claim_code(std::string_view typed);

}  // namespace beckon::identity
