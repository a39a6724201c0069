// SPDX-License-Identifier: Apache-2.0
// Tables that are put back to what a backup says, or lost, as docs/RELIABILITY.md promises.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace schema = lambdas::schema;

class RestoredTables : public ::testing::Test {
 protected:
  RestoredTables() {
    backup_ = world_.memory.rows("devices");
    for (const char* text : {"1", "2"}) EXPECT_TRUE(world_.post("Bob", text));
    const auto answer = world_.synced(laptop_, from_cursor(start_));
    EXPECT_THAT(texts(answer), ElementsAre("1", "2"));
    world_.synced(laptop_, from_cursor(answer.cursor));
    handled_ = answer.cursor;
  }

  World world_;
  Caller laptop_ = world_.connect("Bob", "Laptop");
  protocol::Cursor start_ = world_.synced(laptop_, {}).cursor;
  protocol::Cursor handled_;
  MemoryDatabase::Rows backup_;  // of the devices, before the first event
};

TEST_F(RestoredTables, DevicesThatWerePutBackKnowTheirCursors) {
  world_.memory.rows("devices") = backup_;
  ASSERT_TRUE(world_.post("Bob", "3"));
  EXPECT_THAT(texts(world_.synced(laptop_, from_cursor(handled_))), ElementsAre("3"));
  EXPECT_EQ(world_.stored_cursor("Laptop"), protocol::to_string(handled_));
  EXPECT_TRUE(world_.connections.is_open(laptop_.connection));
}

TEST_F(RestoredTables, OneThatLosesItsStorageAsWellGetsTwiceWhatItHandledSince) {
  world_.memory.rows("devices") = backup_;
  EXPECT_THAT(texts(world_.synced(world_.connect("Bob", "Laptop"), {})), ElementsAre("1", "2"));
}

TEST_F(RestoredTables, WithoutTheConnectionsEventsComeAtHeartbeatsUntilTheNextConnection) {
  const std::size_t pushed = world_.connections.frames(laptop_.connection).size();
  world_.memory.rows("connections").clear();
  ASSERT_TRUE(world_.post("Bob", "3"));
  EXPECT_EQ(world_.connections.frames(laptop_.connection).size(), pushed);
  EXPECT_THAT(texts(world_.synced(laptop_, from_cursor(handled_))), ElementsAre("3"));
  const Caller renewed = world_.connect("Bob", "Laptop");
  world_.synced(renewed, from_cursor(handled_));
  ASSERT_TRUE(world_.post("Bob", "4"));
  EXPECT_THAT(texts(world_.connections.frames(renewed.connection)), ElementsAre("4"));
}

// P-23
class RestoredStreams : public RestoredTables {
 protected:
  // A tablet has handled 1 to 4, the laptop 1 and 2; the backup is of before 4.
  RestoredStreams() {
    EXPECT_TRUE(world_.post("Bob", "3"));
    const MemoryDatabase::Rows backup = world_.memory.rows("streams");
    EXPECT_TRUE(world_.post("Bob", "4"));
    ahead_ = world_.synced(tablet_, from_cursor(start_)).cursor;
    world_.memory.rows("streams") = backup;
    lambdas::Item& head = world_.memory.rows("streams").at({"Bob", schema::kHeadKey});
    head[schema::kSeq] = lambdas::number(3 + 1'000'000);
    EXPECT_TRUE(world_.post("Bob", "5"));
  }

  Caller tablet_ = world_.connect("Bob", "Tablet");
  protocol::Cursor ahead_;
};

TEST_F(RestoredStreams, WhatTheBackupHoldsIsDeliveredOnceAndWhatItLacksCountsAsLost) {
  const auto answer = world_.synced(laptop_, from_cursor(handled_));
  EXPECT_THAT(texts(answer), ElementsAre("3", "5"));
  EXPECT_FALSE(answer.reset);
  EXPECT_EQ(answer.lost, 1'000'000U);
  EXPECT_THAT(texts(world_.synced(laptop_, from_cursor(answer.cursor))), IsEmpty());
}

TEST_F(RestoredStreams, ADeviceThatWasAheadOfTheBackupMissesNothingNew) {
  EXPECT_EQ(ahead_.seq, 4U);
  EXPECT_THAT(texts(world_.synced(tablet_, from_cursor(ahead_))), ElementsAre("5"));
}

}  // namespace
}  // namespace beckon::tests
