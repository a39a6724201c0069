// SPDX-License-Identifier: Apache-2.0
#include "cli/status.h"

#include <gtest/gtest.h>

namespace beckon::cli {
namespace {

constexpr std::int64_t kNow_s = 1'800'000'000;

DeviceRow device(const char* id, const char* epoch, std::uint64_t seq) {
  return {.device = id, .user = "Bob", .cursor = protocol::Cursor{epoch, seq}, .last_seen_ms = 1};
}

// Event 7 of Bob's stream, whose head is at 9.
EventFacts facts() {
  EventFacts facts;
  facts.user = "Bob";
  facts.receipts.head = {.epoch = "k3f9", .seq = 9};
  facts.event.epoch = "k3f9";
  facts.event.seq = 7;
  facts.event.id = "e-7";
  facts.event.expires_at_s = kNow_s + 60;
  return facts;
}

DeviceStatus only(const EventFacts& facts) {
  const auto statuses = device_statuses(facts, kNow_s);
  EXPECT_EQ(statuses.size(), 1U);
  return statuses.empty() ? DeviceStatus{} : statuses[0];
}

// P-46
TEST(DeviceStatuses, ADeviceWhoseCursorHasReachedTheEventHasHandledIt) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 7)};
  EXPECT_EQ(only(f).state, DeviceState::kHandled);
}

TEST(DeviceStatuses, ADeviceWhoseCursorIsBeforeTheEventIsPendingAndHowFarBehindIsSaid) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 4)};
  EXPECT_EQ(only(f).state, DeviceState::kPending);
  EXPECT_EQ(only(f).events_before, 2U);
}

TEST(DeviceStatuses, ACursorOfAnotherEpochProvesNothing) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "old1", 900)};
  EXPECT_EQ(only(f).state, DeviceState::kPending);
  EXPECT_EQ(only(f).events_before, 0U);
}

TEST(DeviceStatuses, ADeviceThatHasNotSyncedYetIsPending) {
  EventFacts f = facts();
  f.receipts.devices = {
      {.device = "laptop", .user = "Bob", .cursor = std::nullopt, .last_seen_ms = 0}};
  EXPECT_EQ(only(f).state, DeviceState::kPending);
}

// P-46
TEST(DeviceStatuses, AReportedFailureWinsOverTheCursorAndKeepsActionAndReason) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 9)};
  f.receipts.failed = {
      {.device = "laptop", .epoch = "k3f9", .seq = 7, .action = "exec", .error = "timeout"}};
  EXPECT_EQ(only(f).state, DeviceState::kFailed);
  EXPECT_EQ(only(f).action, "exec");
  EXPECT_EQ(only(f).error, "timeout");
}

TEST(DeviceStatuses, AFailureOfAnotherEventOrEpochIsNotThisOnes) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 9)};
  f.receipts.failed = {
      {.device = "laptop", .epoch = "old1", .seq = 7, .action = "exec", .error = "timeout"},
      {.device = "laptop", .epoch = "k3f9", .seq = 8, .action = "exec", .error = "timeout"}};
  EXPECT_EQ(only(f).state, DeviceState::kHandled);
}

// P-46
TEST(DeviceStatuses, WhatTheCursorPassedWithoutTheEventBeingSentIsNotHandled) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 9)};
  f.receipts.passed = {{"laptop", "k3f9", 6, 8, "expired"}};
  EXPECT_EQ(only(f).state, DeviceState::kExpired);
  f.receipts.passed = {{"laptop", "k3f9", 7, 7, "replaced"}};
  EXPECT_EQ(only(f).state, DeviceState::kReplaced);
  f.receipts.passed = {{"laptop", "old1", 6, 8, "expired"},
                       {"ipad", "k3f9", 6, 8, "expired"},
                       {"laptop", "k3f9", 8, 9, "expired"}};
  EXPECT_EQ(only(f).state, DeviceState::kHandled);
}

TEST(DeviceStatuses, ADeviceThatIsNewerThanTheEventIsNoneOfItsReceivers) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 9)};
  f.receipts.passed = {{"laptop", "k3f9", 1, 7, "before"}};
  EXPECT_TRUE(device_statuses(f, kNow_s).empty());
}

TEST(DeviceStatuses, AnotherDevicesFailureIsNotMine) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 9)};
  f.receipts.failed = {
      {.device = "ipad", .epoch = "k3f9", .seq = 7, .action = "exec", .error = "timeout"}};
  EXPECT_EQ(only(f).state, DeviceState::kHandled);
}

// P-46
TEST(DeviceStatuses, AnUnfinishedEventWhoseTimeIsOverIsExpired) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 4)};
  f.event.expires_at_s = kNow_s;
  EXPECT_EQ(only(f).state, DeviceState::kExpired);
}

TEST(DeviceStatuses, AnUnfinishedEventWhoseRowIsGoneIsExpired) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 4)};
  f.event_row_exists = false;
  EXPECT_EQ(only(f).state, DeviceState::kExpired);
}

TEST(DeviceStatuses, AHandledEventStaysHandledAfterItExpired) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 8)};
  f.event.expires_at_s = kNow_s - 1;
  EXPECT_EQ(only(f).state, DeviceState::kHandled);
}

TEST(DeviceStatuses, AnUnfinishedEventWithANewerOneOfItsCollapseKeyIsReplaced) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 4)};
  f.event.superseded_by = 9;
  EXPECT_EQ(only(f).state, DeviceState::kReplaced);
}

TEST(DeviceStatuses, OnlyTargetedDevicesAreListedAlsoThoseThatNeverConnected) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 9), device("ipad", "k3f9", 9)};
  f.event.devices = {"watch", "laptop"};
  const auto statuses = device_statuses(f, kNow_s);
  ASSERT_EQ(statuses.size(), 2U);
  EXPECT_EQ(statuses[0].device, "laptop");
  EXPECT_EQ(statuses[0].state, DeviceState::kHandled);
  EXPECT_EQ(statuses[1].device, "watch");
  EXPECT_EQ(statuses[1].state, DeviceState::kPending);
}

TEST(DeviceStatuses, TheDeviceThatSentTheEventIsNotListed) {
  EventFacts f = facts();
  f.receipts.devices = {device("laptop", "k3f9", 4), device("ipad", "k3f9", 4)};
  f.event.sender = "laptop";
  EXPECT_EQ(only(f).device, "ipad");
}

TEST(DeviceStatuses, ANewStreamWithoutDevicesHasNobodyToWaitFor) {
  EXPECT_TRUE(device_statuses(facts(), kNow_s).empty());
}

TEST(DeviceStatuses, SettledMeansNobodyIsPendingAndHandledMeansEverybodyIs) {
  std::vector<DeviceStatus> statuses = {{.device = "a", .state = DeviceState::kHandled},
                                        {.device = "b", .state = DeviceState::kFailed}};
  EXPECT_TRUE(is_settled(statuses));
  EXPECT_FALSE(all_handled(statuses));
  statuses[1].state = DeviceState::kPending;
  EXPECT_FALSE(is_settled(statuses));
  statuses[1].state = DeviceState::kHandled;
  EXPECT_TRUE(is_settled(statuses));
  EXPECT_TRUE(all_handled(statuses));
}

}  // namespace
}  // namespace beckon::cli
