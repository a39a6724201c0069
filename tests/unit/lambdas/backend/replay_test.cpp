// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/replay.h"

#include <gtest/gtest.h>

#include "lambdas/backend/append.h"
#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

using lambdas::Draft;
using lambdas::Head;
using lambdas::Start;
using protocol::Synced;

Draft draft(const std::string& text) {
  return {.id = "id-" + text.substr(0, 40),
          .name = "message",
          .time = "2026-11-21T07:00:00Z",
          .data = "{\"text\":\"" + text + "\"}"};
}

void append(World& world, const Draft& one) {
  ASSERT_TRUE(lambdas::append(world.host, "Bob", one, world.deadline()));
}

// Everything after `after`, page by page, as a device with this limit asks for it.
lambdas::Replay replay_from(World& world, const Start& start, std::size_t max_bytes,
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

Synced replay_page(World& world, std::uint64_t after, std::size_t max_bytes,
                   std::string_view device = "Laptop") {
  Start start;
  start.after = after;
  return replay_from(world, start, max_bytes, device).answer;
}

// "expired 1-3", …
std::vector<std::string> shown(const std::vector<lambdas::PassedRun>& runs) {
  std::vector<std::string> lines;
  for (const lambdas::PassedRun& run : runs) {
    constexpr const char* kWhy[] = {"expired ", "replaced ", "before "};
    lines.push_back(kWhy[static_cast<int>(run.why)] + std::to_string(run.first_seq) + "-" +
                    std::to_string(run.last_seq));
  }
  return lines;
}

struct Whole {
  std::vector<std::string> texts;
  std::uint64_t lost = 0;
  int pages = 0;
};

Whole replay_all(World& world, std::size_t max_bytes, std::string_view device = "Laptop") {
  Whole whole;
  std::uint64_t after = 0;
  bool more = true;
  while (more) {
    const Synced page = replay_page(world, after, max_bytes, device);
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

// --- what has expired -------------------------------------------------------------------------

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

// --- rows that a query does not show yet ------------------------------------------------------

// Hides a row from the next queries, as one whose transaction is not applied everywhere yet, and
// keeps transactions that touch it in the way.
class HiddenRow {
 public:
  HiddenRow(World& world, std::uint64_t seq, int queries)
      : world_(world), key_("Bob", lambdas::schema::seq_key(seq)), left_(queries) {
    row_ = world.memory.rows("streams").extract(key_).mapped();
    world.database.set_decide([this](Operation operation, const std::string&) {
      if (operation == Operation::kTransact && left_ > 0) {
        --left_;
        if (left_ == 0) world_.memory.rows("streams")[key_] = row_;
        return Fault::kInTheWay;
      }
      return Fault::kNone;
    });
  }

 private:
  World& world_;
  MemoryDatabase::Key key_;
  int left_;
  lambdas::Item row_;
};

// P-45
TEST(Replay, ANumberThatAQueryDoesNotShowIsNotBelievedToBeMissing) {
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    for (int queries = 1; queries <= 3; ++queries) {
      World world;
      for (const char* text : {"1", "2", "3"}) append(world, draft(text));
      const HiddenRow hidden(world, seq, queries);
      const Whole whole = replay_all(world, 4096);
      EXPECT_EQ(whole.texts, (std::vector<std::string>{"1", "2", "3"})) << "number " << seq;
      EXPECT_EQ(whole.lost, 0U);
    }
  }
}

// P-45
TEST(Replay, AStreamThatDoesNotSettleIsAnErrorAndNotALoss) {
  World world;
  for (const char* text : {"1", "2", "3"}) append(world, draft(text));
  const HiddenRow hidden(world, 2, 1'000'000);
  Start start;
  const auto synced = lambdas::replay(world.host, "Bob", "Laptop", start, world.head("Bob"), 4096,
                                      world.deadline());
  ASSERT_FALSE(synced);
  EXPECT_EQ(synced.error().code, base::ErrorCode::kUnavailable);
}

// P-45
TEST(Replay, NothingAboveTheHeadThatWasReadIsLookedAt) {
  World world;
  for (const char* text : {"1", "2", "3"}) append(world, draft(text));
  const Head before{world.head("Bob").epoch, 2};
  const auto synced =
      lambdas::replay(world.host, "Bob", "Laptop", {}, before, 4096, world.deadline());
  ASSERT_TRUE(synced);
  EXPECT_EQ(synced->answer.cursor.seq, 2U);
  EXPECT_EQ(texts(synced->answer), (std::vector<std::string>{"1", "2"}));
}

TEST(Replay, RowsOfAnEpochBeforeAreNoEvents) {
  World world;
  for (const char* text : {"old 1", "old 2", "old 3"}) append(world, draft(text));
  world.memory.rows("streams").erase({"Bob", "head"});
  append(world, draft("new 1"));
  EXPECT_EQ(replay_all(world, 4096).texts, (std::vector<std::string>{"new 1"}));
  // As if the numbers 2 and 3 had been given in the new epoch and had expired since.
  world.memory.rows("streams")[{"Bob", "head"}]["seq"] = lambdas::number(3);
  const Whole whole = replay_all(world, 4096);
  EXPECT_EQ(whole.texts, (std::vector<std::string>{"new 1"}));
  EXPECT_EQ(whole.lost, 2U);
}

// --- where an answer starts -------------------------------------------------------------------

// P-11, P-19, P-23
TEST(Replay, TheStartFollowsFromTheCursorAndTheHead) {
  struct Case {
    std::optional<protocol::Cursor> cursor;
    bool oldest;
    std::uint64_t after;
    bool reset;
    bool count_lost;
    bool known;
    std::uint64_t taken_in = 0;  // `after` in the request
  };
  const Head head{"k3f9", 44};
  const std::vector<Case> cases = {
      {protocol::Cursor{"k3f9", 41}, false, 41, false, true, true},
      {protocol::Cursor{"k3f9", 44}, false, 44, false, true, true},
      {protocol::Cursor{"k3f9", 0}, false, 0, false, true, true},
      {protocol::Cursor{"k3f9", 41}, true, 41, false, true, true},
      {protocol::Cursor{"k3f9", 45}, false, 44, true, true, false},
      {protocol::Cursor{"k3f9", 41}, false, 43, false, true, true, 43},
      {protocol::Cursor{"k3f9", 41}, false, 44, true, true, false, 45},
      {protocol::Cursor{"zzzz", 41}, false, 0, true, true, false, 43},
      {protocol::Cursor{"zzzz", 41}, false, 0, true, true, false},
      {std::nullopt, false, 44, false, false, false},
      {std::nullopt, true, 0, false, false, false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    protocol::SyncRequest request;
    request.cursor = cases[i].cursor;
    request.start_oldest = cases[i].oldest;
    request.after = cases[i].taken_in;
    const Start start = lambdas::decide_start(request, "", head);
    EXPECT_EQ(start.after, cases[i].after) << "case " << i;
    EXPECT_EQ(start.reset, cases[i].reset) << "case " << i;
    EXPECT_EQ(start.count_lost, cases[i].count_lost) << "case " << i;
    EXPECT_EQ(start.cursor_known, cases[i].known) << "case " << i;
  }
}

// P-19, P-23
TEST(Replay, ADeviceThatLostItsStorageAndItsEpochIsNotTakenForANewOne) {
  const Head head{"k3f9", 44};
  const Start start = lambdas::decide_start({}, "zzzz:41", head);
  EXPECT_EQ(start.after, 0U) << "events of the new epoch would be passed over";
  EXPECT_TRUE(start.reset);
  EXPECT_TRUE(start.count_lost);
  EXPECT_FALSE(start.cursor_known);
  EXPECT_EQ(lambdas::decide_start({}, "k3f9:41", head).after, 41U);
}

}  // namespace
}  // namespace beckon::tests
