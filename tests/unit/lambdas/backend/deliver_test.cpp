// SPDX-License-Identifier: Apache-2.0
#include "lambdas/deliver/handler.h"

#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

using lambdas::PostOutcome;

TEST(Deliver, AnEventIsStoredAndPushedToTheUsersDevicesAndNobodyElses) {
  World world;
  const Caller desktop = world.connect("Alice", "Desktop");
  const Caller laptop = world.connect("Bob", "Laptop");
  const Caller ipad = world.connect("Bob", "iPad");
  ASSERT_TRUE(world.post("Bob", "hey bob"));
  EXPECT_EQ(texts(world.connections.frames(laptop.connection)),
            (std::vector<std::string>{"hey bob"}));
  EXPECT_EQ(texts(world.connections.frames(ipad.connection)),
            (std::vector<std::string>{"hey bob"}));
  EXPECT_TRUE(world.connections.frames(desktop.connection).empty());
  EXPECT_EQ(world.stored("Bob").size(), 1U);
  EXPECT_TRUE(world.stored("Alice").empty());
}

// P-24
TEST(Deliver, TheFrameIsTheProtocolsEvent) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.deliver({.id = "e1",
                             .name = "door.opened",
                             .detail = R"({"door":"front","target":{"user":"Bob"},"ttl_s":60})"}));
  ASSERT_EQ(world.connections.frames(laptop.connection).size(), 1U);
  EXPECT_EQ(world.connections.frames(laptop.connection).front(),
            R"({"type":"event","stream":")" + world.head("Bob").epoch +
                R"(","seq":1,"id":"e1","name":"door.opened","time":"2026-11-21T07:00:00Z",)"
                R"("data":{"door":"front"}})");
}

// P-70
TEST(Deliver, ASignatureStandsInTheFrameInTheRowAndInWhatASyncAnswers) {
  constexpr char kSignature[] =
      R"({"key":"9d5d8a81fd958d2c","id":"AAECAwQFBgcICQoLDA0ODw","iat":1795244400,)"
      R"("exp":1795245000,"devices":["Laptop"],"sig":")"
      R"(rxMwQmDtvtBu9Yd45c8WxgOLBVIzH8DmAQjbtZG3GSp4VZAVyDFknDB04HaaDtzRM3rMWm-ebsj8c2v2VVYTPw"})";
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(
      world.deliver({.detail = R"({"target":{"user":"Bob","devices":["Laptop"],"signature":)" +
                               std::string(kSignature) + R"(},"text":"hi"})"}));
  const std::string member = std::string(R"("signature":)") + kSignature;
  ASSERT_EQ(world.connections.frames(laptop.connection).size(), 1U);
  EXPECT_NE(world.connections.frames(laptop.connection).front().find(member), std::string::npos);
  ASSERT_EQ(world.stored("Bob").size(), 1U);
  EXPECT_EQ(world.stored("Bob").front().event.signature, kSignature);
}

// P-31, P-70
TEST(Deliver, ASignatureCountsForTheSizeOfTheFrame) {
  std::string devices = "\"Laptop\"";
  for (int i = 10; i < 109; ++i)
    devices += ",\"" + std::string(125, 'x') + std::to_string(i) + "\"";
  const std::string signature =
      R"({"key":"9d5d8a81fd958d2c","id":"AAECAwQFBgcICQoLDA0ODw","iat":1795244400,)"
      R"("exp":1795245000,"devices":[)" +
      devices + R"(],"sig":")" + std::string(85, 'r') + "g\"}";
  const auto deliver = [](const std::string& target) {
    World world;
    const auto done = world.deliver({.detail = R"({"target":{"user":"Bob")" + target +
                                               R"(},"text":")" + std::string(20'000, 'x') + "\"}"});
    return done ? std::string() : done.error().message;
  };
  EXPECT_EQ(deliver(""), "");
  EXPECT_TRUE(deliver(",\"signature\":" + signature).starts_with("TooLarge: "))
      << deliver(",\"signature\":" + signature);
}

TEST(Deliver, OnlyTheDevicesThatAreNamedGetIt) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Caller ipad = world.connect("Bob", "iPad");
  ASSERT_TRUE(world.deliver(
      {.detail = R"({"target":{"user":"Bob","devices":["iPad","Phone"]},"text":"psst"})"}));
  EXPECT_TRUE(world.connections.frames(laptop.connection).empty());
  EXPECT_EQ(texts(world.connections.frames(ipad.connection)), (std::vector<std::string>{"psst"}));
}

// P-41
TEST(Deliver, ARepeatedEventIsStoredOnceAndPushedAgain) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.post("Bob", "a"));
  ASSERT_TRUE(world.post("Bob", "b"));
  ASSERT_TRUE(world.post("Bob", "a"));
  EXPECT_EQ(world.stored("Bob").size(), 2U);
  const auto& frames = world.connections.frames(laptop.connection);
  ASSERT_EQ(texts(frames), (std::vector<std::string>{"a", "b", "a"}));
  EXPECT_EQ(frames[2], frames[0]) << "the same number and id, so that the device drops it";
}

// P-41
TEST(Deliver, AnExpiredEventThatIsRepeatedIsNotPushed) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Posted posted{.detail = R"({"target":{"user":"Bob"},"ttl_s":10,"text":"late"})"};
  ASSERT_TRUE(world.deliver(posted));
  world.pace.wait(std::chrono::seconds(10));
  ASSERT_TRUE(world.deliver(posted));
  EXPECT_EQ(texts(world.connections.frames(laptop.connection)), (std::vector<std::string>{"late"}));
  EXPECT_EQ(world.head("Bob").seq, 1U);
}

// P-40
TEST(Deliver, AnEventIsInTheStreamBeforeAnyDeviceHearsOfIt) {
  World world;
  world.connect("Bob", "Laptop");
  std::vector<std::size_t> stored_at_push;
  world.connections.set_before_post(
      [&](const std::string&) { stored_at_push.push_back(world.stored("Bob").size()); });
  ASSERT_TRUE(world.post("Bob", "a"));
  EXPECT_EQ(stored_at_push, (std::vector<std::size_t>{1}));
}

// P-40
TEST(Deliver, ARetryAfterACrashBetweenStoreAndPushPushes) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.database.set_decide([](Operation operation, const std::string& table) {
    return operation == Operation::kQuery && table == "connections" ? Fault::kUnavailable
                                                                    : Fault::kNone;
  });
  EXPECT_FALSE(world.post("Bob", "a"));
  EXPECT_EQ(world.stored("Bob").size(), 1U);
  world.database.set_decide({});
  ASSERT_TRUE(world.post("Bob", "a"));
  EXPECT_EQ(world.stored("Bob").size(), 1U);
  EXPECT_EQ(texts(world.connections.frames(laptop.connection)), (std::vector<std::string>{"a"}));
}

// P-44
TEST(Deliver, AConnectionThatIsGoneLosesItsRowAndTheOthersGetTheEvent) {
  World world;
  const Caller gone = world.connect("Bob", "Laptop");
  world.synced(gone, {});
  const Caller ipad = world.connect("Bob", "iPad");
  world.connections.drop(gone.connection);
  ASSERT_TRUE(world.post("Bob", "a"));
  EXPECT_FALSE(world.row("connections", "Bob", gone.connection));
  EXPECT_EQ(texts(world.connections.frames(ipad.connection)), (std::vector<std::string>{"a"}));
}

// P-44
TEST(Deliver, AConnectionThatCannotTakeItNowKeepsItsRowAndTheEventIsInTheStream) {
  for (const PostOutcome outcome : {PostOutcome::kThrottled, PostOutcome::kFailed}) {
    World world;
    const Caller laptop = world.connect("Bob", "Laptop");
    const protocol::Cursor start = world.synced(laptop, {}).cursor;
    world.connections.set_outcome(laptop.connection, outcome);
    ASSERT_TRUE(world.post("Bob", "a"));
    EXPECT_TRUE(world.row("connections", "Bob", laptop.connection));
    EXPECT_EQ(texts(world.synced(laptop, from_cursor(start))), (std::vector<std::string>{"a"}));
  }
}

class BudgetRecorder final : public lambdas::Connections {
 public:
  std::vector<PostOutcome> post(std::span<const std::string> ids, std::string_view,
                                base::Duration budget) override {
    budgets.push_back(budget);
    return std::vector<PostOutcome>(ids.size(), PostOutcome::kThrottled);
  }
  std::vector<PostOutcome> close(std::span<const std::string> ids, base::Duration) override {
    return std::vector<PostOutcome>(ids.size(), PostOutcome::kGone);
  }
  std::vector<base::Duration> budgets;
};

// P-44: a device that never reads must not hold one of the few processes for all of its time.
TEST(Deliver, APushIsGivenUpAfterThreeSecondsHoweverMuchTimeThereIs) {
  World world;
  world.connect("Bob", "Laptop");
  BudgetRecorder recorder;
  lambdas::Host host{world.database, recorder, world.pace, base::null_log(), world.host.tables};
  const std::string event = bus_event({.detail = detail_for("Bob", "a")});
  ASSERT_TRUE(lambdas::handle_deliver(host, event, world.pace.now() + std::chrono::seconds(30)));
  ASSERT_TRUE(lambdas::handle_deliver(host, event, world.pace.now() + std::chrono::seconds(3)));
  EXPECT_EQ(recorder.budgets,
            (std::vector<base::Duration>{base::Duration(3000), base::Duration(2500)}));
}

TEST(Deliver, ExpiredConnectionRowsAreNotPushedTo) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.pace.wait(std::chrono::hours(3));
  ASSERT_TRUE(world.post("Bob", "a"));
  EXPECT_EQ(world.connections.posts(), 0);
  EXPECT_TRUE(world.row("connections", "Bob", laptop.connection)) << "TTL has not run yet";
}

TEST(Deliver, ItsCostDoesNotDependOnHowManyOthersAreOnline) {
  for (const int others : {0, 100}) {
    World world;
    for (int i = 0; i < others; ++i) {
      world.connect("user-" + std::to_string(i), "device-" + std::to_string(i));
    }
    world.connect("Bob", "Laptop");
    world.connect("Bob", "iPad");
    ASSERT_TRUE(world.post("Bob", "first"));
    world.database.reset_calls();
    const int posts_before = world.connections.posts();
    ASSERT_TRUE(world.post("Bob", "a"));
    EXPECT_EQ(world.database.calls(), 3) << others;
    EXPECT_EQ(world.connections.posts() - posts_before, 2) << others;
  }
}

TEST(Deliver, AllConnectionsOfAUserAreFoundOverManyPages) {
  World world;
  world.memory.set_page_rows_max(2);
  for (int i = 0; i < 7; ++i) world.connect("Bob", "device-" + std::to_string(i));
  ASSERT_TRUE(world.post("Bob", "a"));
  EXPECT_EQ(world.connections.posts(), 7);
}

// P-41
TEST(Deliver, ASupersededEventThatIsRepeatedIsNotPushed) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const auto battery = [](const std::string& id) {
    return Posted{
        .id = id,
        .detail = R"({"target":{"user":"Bob"},"collapse":"battery","text":")" + id + "\"}"};
  };
  ASSERT_TRUE(world.deliver(battery("50")));
  ASSERT_TRUE(world.deliver(battery("40")));
  ASSERT_TRUE(world.deliver(battery("50")));
  EXPECT_EQ(texts(world.connections.frames(laptop.connection)),
            (std::vector<std::string>{"50", "40"}));
}

// P-4, P-31
TEST(Deliver, WhatNoDeviceCouldTakeIsRefusedByNameAndNotStored) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"TooLarge", R"({"target":{"user":"Bob"},"text":")" +
                       std::string(protocol::kEventFrameBytesMax, 'x') + "\"}"},
      {"Unreadable", R"({"target":{"user":"Bob"},"deep":)" + deep + "}"},
  };
  for (const auto& [name, detail] : cases) {
    World world;
    const auto delivered = world.deliver({.detail = detail});
    ASSERT_FALSE(delivered) << name;
    EXPECT_TRUE(delivered.error().message.starts_with(name + ": ")) << delivered.error().message;
    if (name == "Unreadable") {
      EXPECT_NE(delivered.error().message.find("nest"), std::string::npos)
          << delivered.error().message;
    }
    EXPECT_TRUE(world.memory.rows("streams").empty());
  }
}

// P-4
TEST(Deliver, DataOf13LevelsIsReadByADeviceInSyncedAndOneMoreIsRefused) {
  const auto detail = [](std::size_t levels) {
    return R"({"target":{"user":"Bob"},"text":"deep","x":)" + std::string(levels - 1, '[') +
           std::string(levels - 1, ']') + "}";
  };
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const protocol::Cursor start = world.synced(laptop, {}).cursor;
  ASSERT_TRUE(world.deliver({.id = "13", .detail = detail(13)}));
  EXPECT_FALSE(world.deliver({.id = "14", .detail = detail(14)}));
  EXPECT_EQ(texts(world.synced(laptop, from_cursor(start))), (std::vector<std::string>{"deep"}));
}

// P-31
TEST(Deliver, TheLimitOfAnEventIsItsFrame) {
  World world;
  const auto detail = [](std::size_t bytes) {
    return R"({"target":{"user":"Bob"},"text":")" + std::string(bytes, 'x') + "\"}";
  };
  std::size_t accepted = 20000;
  std::size_t refused = 30000;
  int id = 1000;
  while (refused - accepted > 1) {
    const std::size_t bytes = (accepted + refused) / 2;
    const bool ok =
        world.deliver({.id = std::to_string(++id), .detail = detail(bytes)}).has_value();
    (ok ? accepted : refused) = bytes;
  }
  const Caller laptop = world.connect("Bob", "Laptop");
  ASSERT_TRUE(world.deliver({.id = "last", .detail = detail(accepted)}));
  const std::size_t frame = world.connections.frames(laptop.connection).front().size();
  EXPECT_LE(frame, protocol::kEventFrameBytesMax);
  EXPECT_GT(frame, protocol::kEventFrameBytesMax - 64);
}

}  // namespace
}  // namespace beckon::tests
