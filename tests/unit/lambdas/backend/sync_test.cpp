// SPDX-License-Identifier: Apache-2.0
// What a sync answers, and what it costs.
#include "lambdas/sync/handler.h"

#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

namespace schema = lambdas::schema;
using protocol::Cursor;
using protocol::Synced;
using protocol::SyncRequest;

SyncRequest from_oldest() {
  SyncRequest request;
  request.start_oldest = true;
  return request;
}

TEST(Sync, ANewDeviceStartsAtTheHeadOfAStreamThatIsMadeForIt) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Synced first = world.synced(laptop, {});
  EXPECT_TRUE(protocol::is_epoch(first.cursor.epoch));
  EXPECT_EQ(first.cursor, (Cursor{world.head("Bob").epoch, 0}));
  // It has a cursor now: what comes while it is away is not missed.
  ASSERT_TRUE(world.post("Bob", "while away"));
  const Synced second = world.synced(laptop, from_cursor(first.cursor));
  EXPECT_EQ(texts(second), (std::vector<std::string>{"while away"}));
}

// P-11, P-22
TEST(Sync, ANewDeviceIsNotGivenThePastUnlessItAsksForIt) {
  World world;
  ASSERT_TRUE(world.post("Bob", "1"));
  ASSERT_TRUE(world.post("Bob", "2"));
  const Caller laptop = world.connect("Bob", "Laptop");
  const Synced at_head = world.synced(laptop, {});
  EXPECT_TRUE(at_head.events.empty());
  EXPECT_EQ(at_head.cursor.seq, 2U);
  EXPECT_EQ(at_head.lost, 0U);
  const Caller tablet = world.connect("Bob", "iPad");
  EXPECT_EQ(texts(world.synced(tablet, from_oldest())), (std::vector<std::string>{"1", "2"}));
}

// P-19
TEST(Sync, ADeviceThatLostItsStorageGoesOnWhereTheBackendLastSawIt) {
  World world;
  const Cursor start = world.synced(world.connect("Bob", "Laptop"), {}).cursor;
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
  const Caller again = world.connect("Bob", "Laptop");
  world.synced(again, from_cursor({start.epoch, 1}));
  EXPECT_EQ(texts(world.synced(again, {})), (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(texts(world.synced(again, from_oldest())), (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(world.stored_cursor("Laptop"), start.epoch + ":1");
}

// P-22
TEST(Sync, OldestMeansTheOldestKeptAndNothingBeforeItIsLost) {
  World world;
  ASSERT_TRUE(world.deliver({.id = "1", .detail = R"({"target":{"user":"Bob"},"ttl_s":10})"}));
  ASSERT_TRUE(world.post("Bob", "2"));
  world.pace.wait(std::chrono::seconds(10));
  world.memory.remove_expired("streams", world.now_s());
  const Synced synced = world.synced(world.connect("Bob", "Laptop"), from_oldest());
  EXPECT_EQ(texts(synced), (std::vector<std::string>{"2"}));
  EXPECT_EQ(synced.lost, 0U);
}

// P-20
TEST(Sync, TheAnswerTellsHeadMoreAndLost) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Cursor start = world.synced(laptop, {}).cursor;
  for (int i = 1; i <= 20; ++i) ASSERT_TRUE(world.post("Bob", std::to_string(i)));
  SyncRequest request = from_cursor(start);
  request.max_bytes = 700;
  const Synced page = world.synced(laptop, request);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.head.seq, 20U);
  EXPECT_EQ(page.cursor.seq, page.events.size());
  EXPECT_EQ(page.lost, 0U);
}

// P-23
TEST(Sync, AnEpochThatIsNotKnownIsAnsweredFromTheOldestWithReset) {
  World world;
  ASSERT_TRUE(world.post("Bob", "1"));
  const Caller laptop = world.connect("Bob", "Laptop");
  const Synced synced = world.synced(laptop, from_cursor({"zzzz", 41}));
  EXPECT_TRUE(synced.reset);
  EXPECT_EQ(texts(synced), (std::vector<std::string>{"1"}));
  EXPECT_EQ(world.stored_cursor("Laptop"), "none") << "it has handled nothing of this stream";
}

// P-23
TEST(Sync, ACursorAheadOfTheHeadGoesBackToItWithReset) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
  const std::string epoch = world.head("Bob").epoch;
  world.synced(laptop, from_cursor({epoch, 3}));
  // The table is restored from a backup in which the third event was not there yet.
  world.memory.rows("streams")[{"Bob", "head"}][schema::kSeq] = lambdas::number(2);
  world.memory.rows("streams").erase({"Bob", schema::seq_key(3)});
  const Synced synced = world.synced(laptop, from_cursor({epoch, 3}));
  EXPECT_TRUE(synced.reset);
  EXPECT_EQ(synced.cursor, (Cursor{epoch, 2}));
  EXPECT_TRUE(synced.events.empty());
  EXPECT_EQ(world.stored_cursor("Laptop"), epoch + ":2");
  // Number 3 is given again, to another event; the device gets that one.
  ASSERT_TRUE(world.post("Bob", "another 3"));
  EXPECT_EQ(texts(world.synced(laptop, from_cursor(synced.cursor))),
            (std::vector<std::string>{"another 3"}));
}

// P-18, P-25
TEST(Sync, ABadRequestIsAnsweredWithWhatIsWrong) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (const char* body :
       {"", "not JSON", "[]", R"({"action":"sync","cursor":"nonsense"})",
        R"({"action":"sync","cursor":5})", R"({"action":"sync","max_bytes":"many"})",
        R"({"action":"sync","failed":{"seq":1}})"}) {
    const auto answered =
        lambdas::handle_sync(world.host, message_event(laptop, "sync", body), world.deadline());
    ASSERT_TRUE(answered) << body;
    EXPECT_EQ(error_code(body_of(*answered)), "invalid") << body;
  }
  EXPECT_EQ(world.stored_cursor("Laptop"), "none");
}

TEST(Sync, AnyFaultAtAnyCallEndsInTheRightAnswerOrAnError) {
  for (const Fault fault : {Fault::kUnavailable, Fault::kLostRequest, Fault::kLostAnswer}) {
    for (int at = 1; at <= 12; ++at) {
      World world;
      const Caller older = world.connect("Bob", "Laptop");
      const Cursor start = world.synced(older, {}).cursor;
      for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
      const Caller laptop = world.connect("Bob", "Laptop");
      int call = 0;
      world.database.set_decide(
          [&](Operation, const std::string&) { return ++call == at ? fault : Fault::kNone; });
      const auto frame = world.sync(laptop, from_cursor(start));
      world.database.set_decide({});
      if (frame) {
        EXPECT_EQ(error_code(*frame), "") << *frame;
      }
      EXPECT_EQ(texts(world.synced(laptop, from_cursor(start))),
                (std::vector<std::string>{"1", "2", "3"}));
      EXPECT_FALSE(world.connections.is_open(older.connection));
      EXPECT_TRUE(world.connections.is_open(laptop.connection));
    }
  }
}

TEST(Sync, AHeartbeatCostsThreeCallsAndAReplayOneMore) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Cursor start = world.synced(laptop, {}).cursor;
  world.database.reset_calls();
  world.synced(laptop, from_cursor(start));
  EXPECT_EQ(world.database.calls(), 3);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(world.post("Bob", std::to_string(i)));
  world.database.reset_calls();
  world.synced(laptop, from_cursor(start));
  EXPECT_EQ(world.database.calls(), 4);
}

}  // namespace
}  // namespace beckon::tests
