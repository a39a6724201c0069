// SPDX-License-Identifier: Apache-2.0
#include "common/protocol/cursor.h"

#include <algorithm>
#include <charconv>

#include "common/base/assert.h"
#include "common/base/bytes.h"

namespace beckon::protocol {

bool is_epoch(std::string_view text) {
  return !text.empty() && text.size() <= kEpochBytesMax &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::string to_string(const Cursor& cursor) {
  return cursor.epoch + ':' + std::to_string(cursor.seq);
}

CursorText::CursorText(const Cursor& cursor) : text_{} {
  BECKON_ASSERT(cursor.epoch.size() <= kEpochBytesMax);
  char* at = std::copy(cursor.epoch.begin(), cursor.epoch.end(), text_.data());
  *at++ = ':';
  at = std::to_chars(at, text_.data() + text_.size(), cursor.seq).ptr;
  size_ = static_cast<std::size_t>(at - text_.data());
}

base::Result<Cursor> parse_cursor(std::string_view text) {
  const auto wrong = [&] {
    return base::fail(base::ErrorCode::kInvalid, "expected a cursor like \"k3f9:41\", got \"" +
                                                     std::string(text.substr(0, 40)) + "\"");
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !is_epoch(text.substr(0, colon))) return wrong();
  const std::string_view digits = text.substr(colon + 1);
  const base::Result<std::uint64_t> seq = base::parse_uint64(digits);
  if (!seq || *seq > kSeqMax || (digits.size() > 1 && digits[0] == '0')) return wrong();
  return Cursor{std::string(text.substr(0, colon)), *seq};
}

}  // namespace beckon::protocol
