// SPDX-License-Identifier: Apache-2.0
// A stream of Bob's with drafts appended, and its replay page by page as a device asks for it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lambdas/backend/append.h"
#include "lambdas/backend/replay.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {

inline lambdas::Draft draft(const std::string& text) {
  return {.id = "id-" + text.substr(0, 40),
          .name = "message",
          .time = "2026-11-21T07:00:00Z",
          .data = "{\"text\":\"" + text + "\"}"};
}

inline void append(World& world, const lambdas::Draft& one) {
  ASSERT_TRUE(lambdas::append(world.host, "Bob", one, world.deadline()));
}

// Everything after `after`, page by page, as a device with this limit asks for it.
inline lambdas::Replay replay_from(World& world, const lambdas::Start& start, std::size_t max_bytes,
                                   std::string_view device = "Laptop") {
  auto replay = lambdas::replay(world.host, "Bob", device, start, world.head("Bob"), max_bytes,
                                world.deadline());
  if (!replay) {
    ADD_FAILURE() << replay.error().message;
    return {};
  }
  EXPECT_LE(protocol::encode(replay->answer).size(), max_bytes);
  return std::move(*replay);
}

inline protocol::Synced replay_page(World& world, std::uint64_t after, std::size_t max_bytes,
                                    std::string_view device = "Laptop") {
  lambdas::Start start;
  start.after = after;
  return replay_from(world, start, max_bytes, device).answer;
}

// "expired 1-3", …
inline std::vector<std::string> shown(const std::vector<lambdas::PassedRun>& runs) {
  std::vector<std::string> lines;
  for (const lambdas::PassedRun& run : runs) {
    constexpr const char* kWhy[] = {"expired ", "replaced ", "before "};
    lines.push_back(kWhy[static_cast<int>(run.why)] + std::to_string(run.first_seq) + "-" +
                    std::to_string(run.last_seq));
  }
  return lines;
}

// What a device has after all pages.
struct Whole {
  std::vector<std::string> texts;
  std::uint64_t lost = 0;
  int pages = 0;
};

inline Whole replay_all(World& world, std::size_t max_bytes, std::string_view device = "Laptop") {
  Whole whole;
  std::uint64_t after = 0;
  bool more = true;
  while (more) {
    const protocol::Synced page = replay_page(world, after, max_bytes, device);
    for (const std::string& text : texts(page)) whole.texts.push_back(text);
    whole.lost += page.lost;
    ++whole.pages;
    EXPECT_TRUE(!page.more || page.cursor.seq > after) << "a page that gets nowhere";
    if (page.more && page.cursor.seq <= after) break;
    after = page.cursor.seq;
    more = page.more;
  }
  EXPECT_EQ(after, world.head("Bob").seq);
  return whole;
}

}  // namespace beckon::tests
