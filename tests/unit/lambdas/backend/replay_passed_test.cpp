// SPDX-License-Identifier: Apache-2.0
// What an answer passes over: expired events and others that never come, counted and said.
#include <gtest/gtest.h>

#include "tests/unit/lambdas/backend/replay_fixture.h"

namespace beckon::tests {
namespace {

using lambdas::Draft;
using lambdas::Start;
using protocol::Synced;

// P-22
TEST(Replay, ExpiredEventsAreCountedWhetherTheirRowsAreThereOrNot) {
  for (const bool rows_removed : {false, true}) {
    World world;
    const std::vector<std::int64_t> ttls_s = {10, 1000, 10, 10, 1000, 10};
    for (std::size_t i = 0; i < ttls_s.size(); ++i) {
      Draft one = draft(std::to_string(i + 1));
      one.ttl_s = ttls_s[i];
      append(world, one);
    }
    world.pace.wait(std::chrono::seconds(10));
    if (rows_removed) {
      EXPECT_EQ(world.memory.remove_expired("streams", world.now_s()), 4U);
    }
    const Whole whole = replay_all(world, 4096);
    EXPECT_EQ(whole.texts, (std::vector<std::string>{"2", "5"})) << rows_removed;
    EXPECT_EQ(whole.lost, 4U) << rows_removed;
    EXPECT_EQ(replay_page(world, 2, 4096).lost, 3U) << "only what comes after the cursor";
  }
}

// P-46
TEST(Replay, WhatWasNeverSentIsSaidWithItsReason) {
  for (const bool rows_removed : {false, true}) {
    World world;
    for (int i = 1; i <= 8; ++i) {
      Draft one = draft(std::to_string(i));
      if (i <= 2 || i == 5) one.ttl_s = 10;
      if (i == 4 || i == 7) one.collapse = "lamp";
      if (i == 6) one.devices = {"iPad"};
      append(world, one);
    }
    world.pace.wait(std::chrono::seconds(10));
    if (rows_removed) world.memory.remove_expired("streams", world.now_s());
    EXPECT_EQ(shown(replay_from(world, {}, 4096).passed),
              (std::vector<std::string>{"expired 1-2", "replaced 4-4", "expired 5-5"}));
    Start after_2;
    after_2.after = 2;
    after_2.count_lost = false;
    EXPECT_EQ(shown(replay_from(world, after_2, 4096).passed),
              (std::vector<std::string>{"before 1-2", "replaced 4-4", "expired 5-5"}));
  }
}

TEST(Replay, AnAnswerPassesOverNoMoreRunsThanOneTransactionTakes) {
  World world;
  const std::size_t pairs = lambdas::kPassedRunsMax + 5;
  for (std::size_t i = 0; i < pairs; ++i) {
    Draft gone = draft("gone " + std::to_string(i));
    gone.ttl_s = 10;
    append(world, gone);
    append(world, draft(std::to_string(i)));
  }
  world.pace.wait(std::chrono::seconds(10));
  const lambdas::Replay first = replay_from(world, {}, 32768);
  EXPECT_EQ(first.passed.size(), lambdas::kPassedRunsMax);
  EXPECT_TRUE(first.answer.more);
  const Whole whole = replay_all(world, 32768);
  EXPECT_EQ(whole.texts.size(), pairs);
  EXPECT_EQ(whole.lost, pairs);
}

// P-22
TEST(Replay, AnExpiredEventForAnotherDeviceIsNotLostWhileItsRowIsThere) {
  World world;
  Draft other = draft("a");
  other.devices = {"iPad"};
  other.ttl_s = 10;
  append(world, other);
  world.pace.wait(std::chrono::seconds(10));
  EXPECT_EQ(replay_all(world, 4096).lost, 0U);
  EXPECT_EQ(replay_all(world, 4096, "iPad").lost, 1U);
}

TEST(Replay, AWholeExpiredPastIsCountedWithoutBeingRead) {
  World world;
  for (int i = 0; i < 500; ++i) {
    Draft one = draft(std::to_string(i));
    one.ttl_s = 10;
    append(world, one);
  }
  world.pace.wait(std::chrono::seconds(10));
  world.memory.remove_expired("streams", world.now_s());
  world.database.reset_calls();
  const Synced page = replay_page(world, 0, 4096);
  EXPECT_EQ(page.lost, 500U);
  EXPECT_EQ(page.cursor.seq, 500U);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(world.database.calls(), 2) << "one query, one check";
}

}  // namespace
}  // namespace beckon::tests
