// SPDX-License-Identifier: Apache-2.0
#include "lambdas/sync/handler.h"

#include <gtest/gtest.h>

#include "lambdas/backend/append.h"
#include "lambdas/backend/schema.h"
#include "lambdas/disconnect/handler.h"
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

std::string stored_cursor(World& world, const std::string& device) {
  const auto row = world.row("devices", device);
  return row ? std::string(lambdas::string_of(*row, schema::kCursor).value_or("none")) : "no row";
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
  EXPECT_EQ(stored_cursor(world, "Laptop"), start.epoch + ":1");
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
  EXPECT_EQ(stored_cursor(world, "Laptop"), "none") << "it has handled nothing of this stream";
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
  EXPECT_EQ(stored_cursor(world, "Laptop"), epoch + ":2");
  // Number 3 is given again, to another event; the device gets that one.
  ASSERT_TRUE(world.post("Bob", "another 3"));
  EXPECT_EQ(texts(world.synced(laptop, from_cursor(synced.cursor))),
            (std::vector<std::string>{"another 3"}));
}

// --- the receipt ------------------------------------------------------------------------------

// P-12
TEST(Sync, TheDevicesCursorIsStoredAndNeverGoesBack) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
  const std::string epoch = world.head("Bob").epoch;
  world.synced(laptop, from_cursor({epoch, 2}));
  EXPECT_EQ(stored_cursor(world, "Laptop"), epoch + ":2");
  EXPECT_EQ(texts(world.synced(laptop, from_cursor({epoch, 1}))),
            (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(stored_cursor(world, "Laptop"), epoch + ":2");
  world.synced(laptop, from_cursor({epoch, 3}));
  EXPECT_EQ(stored_cursor(world, "Laptop"), epoch + ":3");
}

// P-12
TEST(Sync, TwoSyncsOfADeviceAtOnceLeaveTheLargerCursor) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (int i = 1; i <= 12; ++i) ASSERT_TRUE(world.post("Bob", std::to_string(i)));
  const std::string epoch = world.head("Bob").epoch;
  world.synced(laptop, from_cursor({epoch, 1}));
  bool once = false;
  world.database.set_decide([&](Operation operation, const std::string& table) {
    // Just before the row is written, and "9" < "12" as numbers but not as text.
    if (operation == Operation::kUpdate && table == "devices" && !once) {
      once = true;
      world.synced(laptop, from_cursor({epoch, 12}));
    }
    return Fault::kNone;
  });
  world.synced(laptop, from_cursor({epoch, 9}));
  EXPECT_TRUE(once);
  EXPECT_EQ(stored_cursor(world, "Laptop"), epoch + ":12");
}

TEST(Sync, LastSeenIsStoredAtEverySync) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.synced(laptop, {});
  world.pace.wait(std::chrono::minutes(8));
  world.synced(laptop, from_cursor({world.head("Bob").epoch, 0}));
  EXPECT_EQ(lambdas::integer_of(*world.row("devices", "Laptop"), schema::kLastSeen),
            world.pace.wall_now().unix_ms);
}

// P-46
TEST(Sync, FailureReportsBecomeRowsOfEventsThatAreDoneWith) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
  const std::string epoch = world.head("Bob").epoch;
  SyncRequest request = from_cursor({epoch, 2});
  request.failed = {{1, "exec", "timeout"},
                    {1, "file", "disk full"},
                    {2, "log", "closed"},
                    {3, "exec", "not done with yet"},
                    {0, "exec", "no event"}};
  world.synced(laptop, request);
  const auto first = world.row("streams", "Bob", schema::failed_key(1, "Laptop"));
  ASSERT_TRUE(first);
  EXPECT_EQ(lambdas::string_of(*first, schema::kAction), "exec");
  EXPECT_EQ(lambdas::string_of(*first, schema::kError), "timeout");
  EXPECT_EQ(lambdas::string_of(*first, schema::kEpoch), epoch);
  EXPECT_TRUE(world.row("streams", "Bob", schema::failed_key(2, "Laptop")));
  EXPECT_FALSE(world.row("streams", "Bob", schema::failed_key(3, "Laptop")));
  EXPECT_FALSE(world.row("streams", "Bob", schema::failed_key(0, "Laptop")));
}

// P-46
TEST(Sync, WhatTheAnswerPassedOverBecomesRows) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.deliver({.id = "e-1", .detail = R"({"target":{"user":"Bob"},"ttl_s":10})"}));
  ASSERT_TRUE(world.post("Bob", "2"));
  world.pace.wait(std::chrono::seconds(10));
  const std::string epoch = world.head("Bob").epoch;
  EXPECT_EQ(world.synced(laptop, from_cursor({epoch, 0})).lost, 1U);
  const auto row = world.row("streams", "Bob", schema::passed_key(1, "Laptop"));
  ASSERT_TRUE(row);
  EXPECT_EQ(lambdas::integer_of(*row, schema::kFirstSeq), 1);
  EXPECT_EQ(lambdas::integer_of(*row, schema::kSeq), 1);
  EXPECT_EQ(lambdas::string_of(*row, schema::kReason), schema::kReasonExpired);
  EXPECT_EQ(lambdas::string_of(*row, schema::kEpoch), epoch);
  const Caller ipad = world.connect("Bob", "iPad");
  world.synced(ipad, {});
  const auto before = world.row("streams", "Bob", schema::passed_key(2, "iPad"));
  ASSERT_TRUE(before);
  EXPECT_EQ(lambdas::string_of(*before, schema::kReason), schema::kReasonBefore);
}

// Keeps the warnings.
class WarningLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view, std::string_view text) override {
    if (level == base::LogLevel::kWarning) lines.emplace_back(text);
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

// P-11
TEST(Sync, AWrongFailureReportIsLoggedAndTheRestOfTheSyncCounts) {
  World world;
  WarningLog log;
  lambdas::Host host{world.database, world.connections, world.pace, log, world.host.tables};
  const Caller laptop = world.connect("Bob", "Laptop");
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
  const std::string epoch = world.head("Bob").epoch;
  const std::string body = R"({"action":"sync","cursor":")" + epoch +
                           R"(:2","failed":[{"seq":1,"action":"","error":"e"},)"
                           R"({"seq":2,"action":"exec","error":"timeout"}]})";
  const auto answered =
      lambdas::handle_sync(host, message_event(laptop, "sync", body), world.deadline());
  ASSERT_TRUE(answered);
  EXPECT_EQ(error_code(body_of(*answered)), "") << *answered;
  EXPECT_EQ(stored_cursor(world, "Laptop"), epoch + ":2");
  EXPECT_FALSE(world.row("streams", "Bob", schema::failed_key(1, "Laptop")));
  EXPECT_TRUE(world.row("streams", "Bob", schema::failed_key(2, "Laptop")));
  ASSERT_EQ(log.lines.size(), 1U);
  EXPECT_NE(log.lines[0].find("sync.failed[0].action"), std::string::npos) << log.lines[0];
  EXPECT_NE(log.lines[0].find("\"Laptop\""), std::string::npos) << log.lines[0];
}

// P-11: a message is no means to write a log of many times its size.
TEST(Sync, ManyWrongFailureReportsAreOneLine) {
  World world;
  WarningLog log;
  lambdas::Host host{world.database, world.connections, world.pace, log, world.host.tables};
  const Caller laptop = world.connect("Bob", "Laptop");
  std::string body = R"({"action":"sync","failed":[0)";
  for (int i = 1; i < 32; ++i) body += ",0";
  ASSERT_TRUE(
      lambdas::handle_sync(host, message_event(laptop, "sync", body + "]}"), world.deadline()));
  ASSERT_EQ(log.lines.size(), 1U);
  EXPECT_NE(log.lines[0].find("32 failure reports"), std::string::npos) << log.lines[0];
  EXPECT_LT(log.lines[0].size(), 300U);
}

TEST(Sync, AReceiptForAnotherEpochIsNotStored) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.post("Bob", "1"));
  SyncRequest request = from_cursor({"zzzz", 9});
  request.failed = {{1, "exec", "timeout"}};
  world.synced(laptop, request);
  EXPECT_FALSE(world.row("streams", "Bob", schema::failed_key(1, "Laptop")));
  EXPECT_EQ(stored_cursor(world, "Laptop"), "none");
}

// --- one live connection ----------------------------------------------------------------------

// P-16
TEST(Sync, TheFirstSyncOnANewConnectionEndsTheDevicesOlderOnes) {
  World world;
  const Caller older = world.connect("Bob", "Laptop");
  world.synced(older, {});
  const Caller ipad = world.connect("Bob", "iPad");
  const Caller newer = world.connect("Bob", "Laptop");
  EXPECT_TRUE(world.connections.is_open(older.connection)) << "not before the new one has synced";
  world.synced(newer, {});
  EXPECT_FALSE(world.row("connections", "Bob", older.connection));
  EXPECT_FALSE(world.connections.is_open(older.connection));
  EXPECT_TRUE(world.row("connections", "Bob", ipad.connection));
  EXPECT_TRUE(world.connections.is_open(ipad.connection));
  EXPECT_TRUE(world.row("connections", "Bob", newer.connection));
  world.synced(newer, {});
  EXPECT_EQ(world.connections.closed().size(), 1U);
}

// P-16, P-25
TEST(Sync, AnOlderConnectionCannotTakeOverFromANewerOne) {
  World world;
  const Caller older = world.connect("Bob", "Laptop");
  const Caller newer = world.connect("Bob", "Laptop");
  world.synced(newer, {});
  const auto frame = world.sync(older, {});
  ASSERT_TRUE(frame);
  EXPECT_EQ(error_code(*frame), "superseded");
  EXPECT_FALSE(world.connections.is_open(older.connection));
  EXPECT_TRUE(world.connections.is_open(newer.connection));
  EXPECT_TRUE(world.row("connections", "Bob", newer.connection));
}

TEST(Sync, ATakeOverThatFailedHalfWayIsDoneAgain) {
  World world;
  const Caller older = world.connect("Bob", "Laptop");
  world.synced(older, {});
  const Caller newer = world.connect("Bob", "Laptop");
  int call = 0;
  for (int at = 1; at <= 5; ++at) {
    call = 0;
    world.database.set_decide([&](Operation, const std::string&) {
      return ++call == at ? Fault::kUnavailable : Fault::kNone;
    });
    EXPECT_FALSE(world.sync(newer, {})) << "call " << at;
  }
  world.database.set_decide({});
  world.synced(newer, {});
  EXPECT_FALSE(world.row("connections", "Bob", older.connection));
  EXPECT_FALSE(world.connections.is_open(older.connection));
}

// P-10
TEST(Sync, ARowThatAnEarlyPushRemovedIsMadeAgain) {
  World world;
  // The row is there, the socket is not open yet: API Gateway answers 410.
  const Caller laptop = world.connect("Bob", "Laptop");
  world.connections.drop(laptop.connection);
  ASSERT_TRUE(world.post("Bob", "too early"));
  EXPECT_FALSE(world.row("connections", "Bob", laptop.connection));
  world.connections.open(laptop.connection);
  world.synced(laptop, {});
  ASSERT_TRUE(world.post("Bob", "now"));
  EXPECT_EQ(texts(world.connections.frames(laptop.connection)), (std::vector<std::string>{"now"}));
}

TEST(Sync, AnEarlyPushThatLearnsOfIts410LateDoesNotRemoveTheRow) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.connections.set_outcome(laptop.connection, lambdas::PostOutcome::kGone);
  bool once = false;
  world.connections.set_before_post([&](const std::string&) {
    if (!std::exchange(once, true)) world.synced(laptop, {});
  });
  ASSERT_TRUE(world.post("Bob", "too early"));
  EXPECT_TRUE(once);
  EXPECT_TRUE(world.row("connections", "Bob", laptop.connection));
  // Once synced, a 410 is the truth.
  ASSERT_TRUE(world.post("Bob", "really gone"));
  EXPECT_FALSE(world.row("connections", "Bob", laptop.connection));
}

// P-16, P-25
TEST(Sync, ADeviceWhoseRowIsGoneIsRefusedAndDisconnected) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.synced(laptop, {});
  world.memory.rows("devices").clear();
  const auto frame = world.sync(laptop, {});
  ASSERT_TRUE(frame);
  EXPECT_EQ(error_code(*frame), "denied");
  EXPECT_FALSE(world.connections.is_open(laptop.connection));
  EXPECT_FALSE(world.row("connections", "Bob", laptop.connection));
  EXPECT_TRUE(world.memory.rows("devices").empty());
}

TEST(Sync, ADeviceOfSomebodyElseIsRefused) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  Caller thief = laptop;
  thief.user = "Mallory";
  EXPECT_EQ(error_code(world.sync(thief, {}).value_or("")), "denied");
}

// --- bad messages, trouble, cost --------------------------------------------------------------

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
  EXPECT_EQ(stored_cursor(world, "Laptop"), "none");
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

TEST(Sync, WhatDisconnectRemovesIsOnlyItsOwnConnection) {
  World world;
  const Caller older = world.connect("Bob", "Laptop");
  const Caller newer = world.connect("Bob", "Laptop");
  ASSERT_TRUE(lambdas::handle_disconnect(world.host, disconnect_event(older)));
  EXPECT_FALSE(world.row("connections", "Bob", older.connection));
  EXPECT_TRUE(world.row("connections", "Bob", newer.connection));
}

}  // namespace
}  // namespace beckon::tests
