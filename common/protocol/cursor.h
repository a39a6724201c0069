// SPDX-License-Identifier: Apache-2.0
// A cursor: how far a device is in a stream. All the state that a device keeps.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::protocol {

struct Cursor {
  std::string epoch;      // 1 to 16 characters of [a-z0-9]; made with the stream
  std::uint64_t seq = 0;  // the last event that is done with; 0: none yet
  bool operator==(const Cursor&) const = default;
};

inline constexpr std::size_t kEpochBytesMax = 16;
inline constexpr std::uint64_t kSeqMax = (1ULL << 53) - 1;  // exact in every JSON reader

bool is_epoch(std::string_view text);

std::string to_string(const Cursor& cursor);  // "k3f9:41"

// The same text in memory of its own, for where nothing may be allocated.
class CursorText {
 public:
  // The cursor's epoch must be one (is_epoch).
  explicit CursorText(const Cursor& cursor);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, kEpochBytesMax + 1 + 20> text_;
  std::size_t size_;
};

// kInvalid: not epoch ':' decimal without leading zeros and without anything after it.
base::Result<Cursor> parse_cursor(std::string_view text);

}  // namespace beckon::protocol
