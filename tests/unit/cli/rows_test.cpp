// SPDX-License-Identifier: Apache-2.0
#include "cli/rows.h"

#include <gtest/gtest.h>

#include <limits>

namespace beckon::cli {
namespace {

using lambdas::number;

TEST(Rows, AnEventRowIsReadWithItsTargetsAndItsEnd) {
  const EventRow row = event_row({{"userId", std::string("Bob")},
                                  {"sk", std::string("seq#0000000000000007")},
                                  {"seq", number(7)},
                                  {"eventId", std::string("e-7")},
                                  {"name", std::string("door.opened")},
                                  {"time", std::string("2026-11-21T07:00:00Z")},
                                  {"data", std::string("{\"a\":1}")},
                                  {"devices", std::string("[\"laptop\",\"ipad\"]")},
                                  {"collapse", std::string("door")},
                                  {"expiresAt", number(1'800'000'000)}});
  EXPECT_EQ(row.seq, 7U);
  EXPECT_EQ(row.id, "e-7");
  EXPECT_EQ(row.name, "door.opened");
  EXPECT_EQ(row.data, "{\"a\":1}");
  EXPECT_EQ(row.devices, (std::vector<std::string>{"laptop", "ipad"}));
  EXPECT_EQ(row.collapse, "door");
  EXPECT_EQ(row.expires_at_s, 1'800'000'000);
}

TEST(Rows, ADeviceRowWithoutAReadableCursorHasNone) {
  EXPECT_FALSE(device_row({{"deviceId", std::string("laptop")}}).cursor);
  EXPECT_FALSE(device_row({{"cursor", std::string("garbage")}}).cursor);
  const DeviceRow row = device_row({{"cursor", std::string("k3f9:41")}, {"lastSeen", number(5)}});
  ASSERT_TRUE(row.cursor);
  EXPECT_EQ(row.cursor->seq, 41U);
  EXPECT_EQ(row.last_seen_ms, 5);
}

TEST(Rows, ADeviceRowSaysWhichKeysItHas) {
  const DeviceRow row = device_row({{"deviceId", std::string("laptop")},
                                    {"publicKey", std::string("new")},
                                    {"previousKey", std::string("old")},
                                    {"previousKeyUntil", number(7)},
                                    {"disabledAt", number(8)},
                                    {"addedAt", number(9)}});
  EXPECT_EQ(row.public_key, "new");
  EXPECT_EQ(row.previous_key, "old");
  EXPECT_EQ(row.previous_key_until_ms, 7);
  EXPECT_EQ(row.disabled_at_ms, 8);
  EXPECT_EQ(row.added_at_ms, 9);
  EXPECT_TRUE(device_row({{"deviceId", std::string("phone")}}).public_key.empty());
}

// Whoever shows a time computes with it; a device stays disabled whatever its row says since when.
TEST(Rows, ATimeThatIsNoneIsTheNextThatIs) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(event_row({{"expiresAt", number(kMost)}}).expires_at_s, 253'402'300'799);
  EXPECT_EQ(event_row({{"expiresAt", number(kLeast)}}).expires_at_s, 0);
  EXPECT_EQ(connection_row({{"connectedAt", number(kMost)}}).connected_at_ms, 253'402'300'799'000);
  EXPECT_EQ(device_row({{"disabledAt", number(kLeast)}}).disabled_at_ms, 1);
}

TEST(Rows, AnEmptyRowStillReads) {
  EXPECT_EQ(connection_row({}).user, "");
  EXPECT_EQ(event_row({}).seq, 0U);
  EXPECT_EQ(head_row({}).seq, 0U);
  EXPECT_EQ(failed_row({}).action, "");
}

TEST(Rows, ARowExpiresAtItsSecondAndNeverWithoutOne) {
  EXPECT_FALSE(is_expired(std::nullopt, 10));
  EXPECT_FALSE(is_expired(11, 10));
  EXPECT_TRUE(is_expired(10, 10));
}

}  // namespace
}  // namespace beckon::cli
