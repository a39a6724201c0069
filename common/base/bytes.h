// SPDX-License-Identifier: Apache-2.0
// Text encodings of bytes, and numbers from text, strictly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::base {

std::string hex_lower(std::string_view bytes);
std::string base64(std::string_view bytes);     // RFC 4648 section 4, padded
std::string base64url(std::string_view bytes);  // RFC 4648 section 5, without padding

// Strict: wrong characters, wrong padding or stray bits are kInvalid.
Result<std::string> base64_decode(std::string_view text);
Result<std::string> base64url_decode(std::string_view text);

// Percent-encodes everything but A-Z a-z 0-9 - . _ ~ (and '/' if keep_slash), upper-case hex.
std::string percent_encode(std::string_view text, bool keep_slash = false);
// "%41" becomes "A"; a malformed escape is kept as it is. plus_is_space: for query strings.
std::string percent_decode(std::string_view text, bool plus_is_space = false);

// The whole text must be a decimal number within range; no sign for the unsigned one, no spaces.
Result<std::int64_t> parse_int64(std::string_view text);
Result<std::uint64_t> parse_uint64(std::string_view text);

// True if the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);
// How many bytes from the start are well-formed UTF-8: bytes.size() if all are.
std::size_t utf8_prefix_bytes(std::string_view bytes);
// True if the text, which is UTF-8, has a control character: U+0000 to U+001F, U+007F to U+009F.
// Terminals obey the latter, too.
bool has_control(std::string_view text);

// Fills with bytes from the operating system's generator. Aborts if there are none: nothing that
// needs them can go on.
void random_bytes(std::span<std::uint8_t> out);

}  // namespace beckon::base
