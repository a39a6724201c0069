// SPDX-License-Identifier: Apache-2.0
// A device has one live connection: the newest that has synced.
#include "lambdas/sync/handler.h"

#include <gtest/gtest.h>

#include <utility>

#include "lambdas/disconnect/handler.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

// P-16
TEST(SyncTakeover, TheFirstSyncOnANewConnectionEndsTheDevicesOlderOnes) {
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
TEST(SyncTakeover, AnOlderConnectionCannotTakeOverFromANewerOne) {
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

TEST(SyncTakeover, AnOlderConnectionThatIsOvertakenWhileItSyncsIsSuperseded) {
  World world;
  const Caller older = world.connect("Bob", "Laptop");
  world.synced(older, {});
  const Caller newer = world.connect("Bob", "Laptop");
  bool overtaken = false;
  world.database.set_decide([&](Operation operation, const std::string& table) {
    const bool writes = operation == Operation::kUpdate && table == "devices";
    if (writes && !std::exchange(overtaken, true)) world.synced(newer, {});
    return Fault::kNone;
  });
  const auto frame = world.sync(older, {});
  EXPECT_TRUE(overtaken);
  ASSERT_TRUE(frame);
  EXPECT_EQ(error_code(*frame), "superseded");
  EXPECT_TRUE(world.row("connections", "Bob", newer.connection));
}

TEST(SyncTakeover, ATakeOverThatFailedHalfWayIsDoneAgain) {
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
TEST(SyncTakeover, ARowThatAnEarlyPushRemovedIsMadeAgain) {
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

TEST(SyncTakeover, AnEarlyPushThatLearnsOfIts410LateDoesNotRemoveTheRow) {
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
TEST(SyncTakeover, ADeviceWhoseRowIsGoneIsRefusedAndDisconnected) {
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

TEST(SyncTakeover, ADeviceOfSomebodyElseIsRefused) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  Caller thief = laptop;
  thief.user = "Mallory";
  EXPECT_EQ(error_code(world.sync(thief, {}).value_or("")), "denied");
}

TEST(SyncTakeover, WhatDisconnectRemovesIsOnlyItsOwnConnection) {
  World world;
  const Caller older = world.connect("Bob", "Laptop");
  const Caller newer = world.connect("Bob", "Laptop");
  ASSERT_TRUE(lambdas::handle_disconnect(world.host, disconnect_event(older)));
  EXPECT_FALSE(world.row("connections", "Bob", older.connection));
  EXPECT_TRUE(world.row("connections", "Bob", newer.connection));
}

}  // namespace
}  // namespace beckon::tests
