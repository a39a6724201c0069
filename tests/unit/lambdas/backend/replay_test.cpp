// SPDX-License-Identifier: Apache-2.0
// Which events the pages of an answer hold.
#include <gtest/gtest.h>

#include "tests/unit/lambdas/backend/replay_fixture.h"

namespace beckon::tests {
namespace {

using lambdas::Draft;
using protocol::Synced;

// P-20, P-21
TEST(Replay, PagesOfAnySizeTogetherAreTheStream) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    World world(seed);
    FakePace chance(seed);
    std::vector<std::string> expected;
    const std::uint32_t count = chance.random() % 60;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string text = std::to_string(i) + std::string(chance.random() % 400, 'x');
      append(world, draft(text));
      expected.push_back(text);
    }
    if (count == 0) continue;
    for (const std::size_t max_bytes : {1000UL, 2000UL, 32768UL}) {
      const Whole whole = replay_all(world, max_bytes);
      EXPECT_EQ(whole.texts, expected) << "seed " << seed << ", max_bytes " << max_bytes;
      EXPECT_EQ(whole.lost, 0U);
    }
    world.memory.set_page_rows_max(3);
    EXPECT_EQ(replay_all(world, 32768).texts, expected) << "in DynamoDB's own small pages";
  }
}

TEST(Replay, ADeviceAtTheHeadCostsNoRead) {
  World world;
  append(world, draft("a"));
  world.database.reset_calls();
  const Synced page = replay_page(world, 1, 4096);
  EXPECT_EQ(world.database.calls(), 0);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.cursor.seq, 1U);
}

TEST(Replay, APageCostsOneQueryHoweverMuchIsBehind) {
  World world;
  for (int i = 0; i < 300; ++i) append(world, draft(std::to_string(i)));
  world.database.reset_calls();
  EXPECT_TRUE(replay_page(world, 0, 16384).more);
  EXPECT_EQ(world.database.calls(), 1);
}

// P-20
TEST(Replay, EventsForOtherDevicesArePassedOver) {
  World world;
  Draft other = draft("for the iPad");
  other.devices = {"iPad"};
  Draft own = draft("sent by the Laptop");
  own.sender = "Laptop";
  append(world, draft("a"));
  append(world, other);
  append(world, own);
  append(world, draft("b"));
  other.id = "last";
  append(world, other);
  EXPECT_EQ(replay_all(world, 4096).texts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(replay_all(world, 4096).lost, 0U);
  EXPECT_EQ(
      replay_all(world, 4096, "iPad").texts,
      (std::vector<std::string>{"a", "for the iPad", "sent by the Laptop", "b", "for the iPad"}));
}

// P-43
TEST(Replay, SupersededEventsArePassedOverAndNotLost) {
  World world;
  Draft first = draft("50 %");
  first.collapse = "battery";
  Draft second = draft("40 %");
  second.collapse = "battery";
  append(world, first);
  append(world, draft("between"));
  append(world, second);
  const Whole whole = replay_all(world, 4096);
  EXPECT_EQ(whole.texts, (std::vector<std::string>{"between", "40 %"}));
  EXPECT_EQ(whole.lost, 0U);
}

// P-21
TEST(Replay, AnEventThatNeverFitsIsAnnouncedAndPassed) {
  World world;
  append(world, draft("a"));
  append(world, draft(std::string(5000, 'x')));
  append(world, draft("b"));
  const Whole whole = replay_all(world, 1024);
  EXPECT_EQ(whole.texts, (std::vector<std::string>{"a", "too large", "b"}));
  const Synced page = replay_page(world, 1, 1024);
  ASSERT_FALSE(page.events.empty());
  EXPECT_GT(page.events.front().too_large_bytes, 5000U);
  EXPECT_EQ(page.events.front().event.seq, 2U);
}

// P-31
TEST(Replay, TheLargestEventThatIsAcceptedFitsTheLargestAnswer) {
  World world;
  append(world, draft(std::string(protocol::kEventFrameBytesMax - 200, 'x')));
  EXPECT_EQ(replay_page(world, 0, protocol::kSyncedBytesMax).events.front().too_large_bytes, 0U);
}

}  // namespace
}  // namespace beckon::tests
