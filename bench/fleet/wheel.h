// SPDX-License-Identifier: Apache-2.0
// What happens when, for millions of items that each wait for one moment: a slot per millisecond.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "agent/random.h"
#include "common/base/assert.h"

namespace beckon::bench {

class Wheel {
 public:
  // slots: a power of two, above the longest wait in milliseconds.
  explicit Wheel(std::size_t slots) : heads_(slots, kNone) {
    BECKON_ASSERT((slots & (slots - 1)) == 0);
  }

  // at_ms: after the last take(), and less than the number of slots after it.
  void add(std::uint32_t item, std::int64_t at_ms) {
    BECKON_ASSERT(at_ms > now_ms_ && at_ms - now_ms_ < static_cast<std::int64_t>(heads_.size()));
    std::uint32_t& head = heads_[slot(at_ms)];
    if (head == kNone || chunks_[head].count == kChunkItems) head = make_chunk(head);
    Chunk& chunk = chunks_[head];
    chunk.items[chunk.count++] = item;
  }

  // Takes out everything of this millisecond; valid until the next call. Each is as likely as any
  // to be the first, however long it waited: most milliseconds have room for one connection.
  const std::vector<std::uint32_t>& take(std::int64_t now_ms) {
    now_ms_ = now_ms;
    due_.clear();
    std::uint32_t& head = heads_[slot(now_ms)];
    while (head != kNone) {
      Chunk& chunk = chunks_[head];
      due_.insert(due_.end(), chunk.items.begin(), chunk.items.begin() + chunk.count);
      const std::uint32_t following = chunk.next;
      chunk.next = free_;
      free_ = head;
      head = following;
    }
    if (due_.size() > 1) {
      const auto first = static_cast<std::ptrdiff_t>(random_.next() % due_.size());
      std::rotate(due_.begin(), due_.begin() + first, due_.end());
    }
    return due_;
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static constexpr std::uint32_t kChunkItems = 14;

  // As large as a cache line: a list of single items would be one miss for each.
  struct Chunk {
    std::uint32_t next = kNone;
    std::uint32_t count = 0;
    std::array<std::uint32_t, kChunkItems> items{};
  };

  std::size_t slot(std::int64_t at_ms) const {
    return static_cast<std::size_t>(at_ms) & (heads_.size() - 1);
  }

  std::uint32_t make_chunk(std::uint32_t next) {
    std::uint32_t made = free_;
    if (made == kNone) {
      made = static_cast<std::uint32_t>(chunks_.size());
      chunks_.emplace_back();
    } else {
      free_ = chunks_[made].next;
    }
    chunks_[made].next = next;
    chunks_[made].count = 0;
    return made;
  }

  std::int64_t now_ms_ = -1;
  agent::Random random_{0};
  std::vector<std::uint32_t> heads_;
  std::vector<Chunk> chunks_;
  std::uint32_t free_ = kNone;
  std::vector<std::uint32_t> due_;
};

}  // namespace beckon::bench
