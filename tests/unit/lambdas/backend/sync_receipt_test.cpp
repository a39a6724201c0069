// SPDX-License-Identifier: Apache-2.0
// What a sync acknowledges and reports.
#include "lambdas/sync/handler.h"

#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

namespace schema = lambdas::schema;
using protocol::SyncRequest;

// P-12
TEST(SyncReceipt, TheDevicesCursorIsStoredAndNeverGoesBack) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (const char* text : {"1", "2", "3"}) ASSERT_TRUE(world.post("Bob", text));
  const std::string epoch = world.head("Bob").epoch;
  world.synced(laptop, from_cursor({epoch, 2}));
  EXPECT_EQ(world.stored_cursor("Laptop"), epoch + ":2");
  EXPECT_EQ(texts(world.synced(laptop, from_cursor({epoch, 1}))),
            (std::vector<std::string>{"2", "3"}));
  EXPECT_EQ(world.stored_cursor("Laptop"), epoch + ":2");
  world.synced(laptop, from_cursor({epoch, 3}));
  EXPECT_EQ(world.stored_cursor("Laptop"), epoch + ":3");
}

// P-12
TEST(SyncReceipt, TwoSyncsOfADeviceAtOnceLeaveTheLargerCursor) {
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
  EXPECT_EQ(world.stored_cursor("Laptop"), epoch + ":12");
}

TEST(SyncReceipt, LastSeenIsStoredAtEverySync) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.synced(laptop, {});
  world.pace.wait(std::chrono::minutes(8));
  world.synced(laptop, from_cursor({world.head("Bob").epoch, 0}));
  EXPECT_EQ(lambdas::integer_of(*world.row("devices", "Laptop"), schema::kLastSeen),
            world.pace.wall_now().unix_ms);
}

// P-46
TEST(SyncReceipt, FailureReportsBecomeRowsOfEventsThatAreDoneWith) {
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
TEST(SyncReceipt, WhatTheAnswerPassedOverBecomesRows) {
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

TEST(SyncReceipt, ReceiptsOutliveEveryEventByADay) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.deliver({.id = "e-1", .detail = R"({"target":{"user":"Bob"},"ttl_s":10})"}));
  ASSERT_TRUE(world.post("Bob", "2"));
  world.pace.wait(std::chrono::seconds(10));
  protocol::SyncRequest request = from_cursor({world.head("Bob").epoch, 0});
  world.synced(laptop, request);
  request.cursor->seq = 2;
  request.failed = {{2, "exec", "timeout"}};
  world.synced(laptop, request);
  for (const std::string& key :
       {schema::passed_key(1, "Laptop"), schema::failed_key(2, "Laptop")}) {
    const auto row = world.row("streams", "Bob", key);
    ASSERT_TRUE(row) << key;
    EXPECT_EQ(lambdas::integer_of(*row, schema::kExpiresAt), world.now_s() + 367 * 24 * 3600);
  }
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
TEST(SyncReceipt, AWrongFailureReportIsLoggedAndTheRestOfTheSyncCounts) {
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
  EXPECT_EQ(world.stored_cursor("Laptop"), epoch + ":2");
  EXPECT_FALSE(world.row("streams", "Bob", schema::failed_key(1, "Laptop")));
  EXPECT_TRUE(world.row("streams", "Bob", schema::failed_key(2, "Laptop")));
  ASSERT_EQ(log.lines.size(), 1U);
  EXPECT_NE(log.lines[0].find("sync.failed[0].action"), std::string::npos) << log.lines[0];
  EXPECT_NE(log.lines[0].find("\"Laptop\""), std::string::npos) << log.lines[0];
}

// P-11: a message is no means to write a log of many times its size.
TEST(SyncReceipt, ManyWrongFailureReportsAreOneLine) {
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

TEST(SyncReceipt, AReceiptForAnotherEpochIsNotStored) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.post("Bob", "1"));
  SyncRequest request = from_cursor({"zzzz", 9});
  request.failed = {{1, "exec", "timeout"}};
  world.synced(laptop, request);
  EXPECT_FALSE(world.row("streams", "Bob", schema::failed_key(1, "Laptop")));
  EXPECT_EQ(world.stored_cursor("Laptop"), "none");
}

}  // namespace
}  // namespace beckon::tests
