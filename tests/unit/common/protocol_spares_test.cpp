// SPDX-License-Identifier: Apache-2.0
#include "common/protocol/spares.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace beckon::protocol {
namespace {

using Sizes = std::vector<std::size_t>;

Event with_data(std::size_t bytes) {
  Event event;
  event.id = "9f3c0e51-6a1b-4c1d-8e2f-000000000044";
  event.data.assign(bytes, 'x');
  return event;
}

TEST(Spares, TheMemoryOfAnEventIsTheNextOnes) {
  Spares spares(64);
  Event first = with_data(300);
  const char* memory = first.data.data();
  spares.give_back(std::move(first));
  Event second = spares.take_event();
  second.data = "{\"door\":\"front\",\"by\":\"somebody else\"}";
  EXPECT_EQ(second.data.data(), memory);
}

TEST(Spares, TheyHoldAFewKilobytesWhateverCame) {
  Spares spares(64);
  for (const std::size_t bytes : Sizes{28'000, 300, 3'000, 3'000, 3'000, 28'000, 1'000, 20, 0}) {
    for (int i = 0; i < 100; ++i) spares.give_back(with_data(bytes));
    EXPECT_LE(spares.text_bytes(), Spares::kTextBytesMax);
  }
}

TEST(Spares, ALargeTextThatIsHardlyUsedIsFreed) {
  Spares spares(64);
  spares.give_back(with_data(3'000));
  EXPECT_GT(spares.text_bytes(), 3'000U);
  Event event = spares.take_event();
  event.data = "{}";
  spares.give_back(std::move(event));
  EXPECT_LT(spares.text_bytes(), 200U);
}

TEST(Spares, EventsWithoutMemoryTakeNobodysPlace) {
  Spares spares(64);
  spares.give_back(with_data(300));
  for (int i = 0; i < 100; ++i) spares.give_back(Event{});
  EXPECT_GE(spares.take_event().data.capacity(), 300U);
}

TEST(Spares, TheListOfALongAnswerIsFreed) {
  Spares spares(64);
  spares.give_back(std::vector<SyncedEntry>(500));
  EXPECT_EQ(spares.take_entries().capacity(), 0U);
  spares.give_back(std::vector<SyncedEntry>(4));
  EXPECT_EQ(spares.take_entries().capacity(), 4U);
}

TEST(Spares, WhatIsDecodedIntoThemIsWhatIsDecodedWithout) {
  Spares spares(4096);
  for (const std::size_t bytes : Sizes{3'000, 100, 5'000, 10}) {
    spares.give_back(with_data(bytes));
    Event event = with_data(0);
    event.seq = 44;
    event.name = "door.opened";
    event.time = "2026-11-21T07:00:00Z";
    event.data = R"({"text":")" + std::string(bytes, 'y') + R"("})";
    const auto message = decode_server_message(encode(LiveEvent{"k3f9", event}), &spares);
    ASSERT_TRUE(message) << message.error().message;
    const Event& read = std::get<LiveEvent>(*message).event;
    EXPECT_EQ(read.id, event.id);
    EXPECT_EQ(read.name, event.name);
    EXPECT_EQ(read.time, event.time);
    EXPECT_EQ(read.data, event.data);
  }
}

}  // namespace
}  // namespace beckon::protocol
