// SPDX-License-Identifier: Apache-2.0
#include "agent/window.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace beckon::agent {
namespace {

protocol::Event numbered(std::uint64_t seq) {
  protocol::Event event;
  event.seq = seq;
  return event;
}

TEST(Window, WithoutAPositionEveryEventIsForeign) {
  const Window window(std::nullopt);
  EXPECT_EQ(window.judge("ep", 1), Window::Verdict::kForeign);
  EXPECT_EQ(window.cursor(), std::nullopt);
}

// P-24
TEST(Window, EventsAreJudgedByTheLastOneTakenIn) {
  const Window window(protocol::Cursor{"ep", 5});
  EXPECT_EQ(window.judge("ep", 5), Window::Verdict::kDuplicate);
  EXPECT_EQ(window.judge("ep", 6), Window::Verdict::kNext);
  EXPECT_EQ(window.judge("ep", 7), Window::Verdict::kGap);
  EXPECT_EQ(window.judge("other", 6), Window::Verdict::kForeign);
}

// P-2, P-42
// All 24 orders in which four events can finish.
TEST(Window, TheCursorIsAlwaysTheFinishedPrefix) {
  int order[] = {0, 1, 2, 3};
  do {
    Window window(protocol::Cursor{"ep", 10});
    Ticket tickets[4];
    for (std::uint64_t seq = 11; seq <= 14; ++seq) window.take(numbered(seq), {});
    for (Ticket& ticket : tickets) ASSERT_NE(window.start_next(ticket), nullptr);
    bool done[4] = {};
    for (const int one : order) {
      EXPECT_EQ(window.finish(tickets[one]), 11U + static_cast<std::uint64_t>(one));
      done[one] = true;
      std::uint64_t prefix = 10;
      for (int i = 0; i < 4 && done[i]; ++i) ++prefix;
      EXPECT_EQ(window.cursor()->seq, prefix);
    }
    EXPECT_TRUE(window.empty());
  } while (std::next_permutation(order, order + 4));
}

// P-20
TEST(Window, WhatIsPassedOverBelongsToThePrefixOnceAllBeforeIsDone) {
  Window window(protocol::Cursor{"ep", 10});
  window.take(numbered(12), {});
  window.pass(20);
  EXPECT_EQ(window.cursor()->seq, 11U);
  Ticket ticket = 0;
  window.start_next(ticket);
  window.finish(ticket);
  EXPECT_EQ(window.cursor()->seq, 20U);
}

TEST(Window, ARestartForgetsWhatRuns) {
  Window window(protocol::Cursor{"ep", 10});
  window.take(numbered(11), {});
  Ticket old_ticket = 0;
  window.start_next(old_ticket);
  window.restart("new", 0);
  window.take(numbered(1), {});
  Ticket ticket = 0;
  window.start_next(ticket);
  EXPECT_NE(ticket, old_ticket);
  EXPECT_EQ(window.finish(old_ticket), 0U);
  EXPECT_EQ(window.cursor()->seq, 0U);
  EXPECT_EQ(window.finish(ticket), 1U);
  EXPECT_EQ(window.cursor(), (protocol::Cursor{"new", 1}));
}

TEST(Window, ItIsNeverWiderThanItsLimit) {
  Window window(protocol::Cursor{"ep", 0});
  for (std::uint64_t seq = 1; seq <= 200; ++seq) window.take(numbered(seq), {});
  Ticket first = 0;
  window.start_next(first);
  Ticket ticket = 0;
  std::size_t started = 1;
  while (window.start_next(ticket) != nullptr) {
    window.finish(ticket);
    ++started;
  }
  EXPECT_EQ(started, Window::kWidthMax);
  window.finish(first);
  EXPECT_NE(window.start_next(ticket), nullptr);
}

}  // namespace
}  // namespace beckon::agent
