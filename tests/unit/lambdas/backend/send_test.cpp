// SPDX-License-Identifier: Apache-2.0
#include "lambdas/send/handler.h"

#include <gtest/gtest.h>

#include "common/json/json.h"
#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

base::Result<std::string> send(World& world, const Caller& caller, const std::string& body,
                               lambdas::TableScan* everyone = nullptr) {
  const auto answered = lambdas::handle_send(world.host, {everyone},
                                             message_event(caller, "send", body), world.deadline());
  if (!answered) return answered;
  return body_of(*answered);
}

std::string type_of(const std::string& frame) {
  const auto document = json::parse(frame);
  return document ? std::string((*document)["type"].string_or("")) : "not JSON";
}

constexpr const char* kHello = R"({"action":"send","name":"hello","data":{"text":"hi"}})";

// P-17
TEST(Send, AnEventGoesToTheOwnersOtherDevicesOnly) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Caller ipad = world.connect("Bob", "iPad");
  const Caller desktop = world.connect("Alice", "Desktop");
  const auto frame = send(world, laptop, kHello);
  ASSERT_TRUE(frame);
  EXPECT_EQ(type_of(*frame), "sent");
  EXPECT_EQ(texts(world.connections.frames(ipad.connection)), (std::vector<std::string>{"hi"}));
  EXPECT_TRUE(world.connections.frames(laptop.connection).empty());
  EXPECT_TRUE(world.connections.frames(desktop.connection).empty());
}

// P-17
TEST(Send, ItIsStoredFirstAndReplayedToAllButTheSender) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const protocol::Cursor start = world.synced(laptop, {}).cursor;
  const auto frame = send(world, laptop, kHello);
  ASSERT_TRUE(frame);
  ASSERT_EQ(world.stored("Bob").size(), 1U);
  EXPECT_EQ(world.stored("Bob").front().event.id, (*json::parse(*frame))["id"].string_or(""));
  const Caller ipad = world.connect("Bob", "iPad");
  EXPECT_EQ(texts(world.synced(ipad, from_cursor(start))), (std::vector<std::string>{"hi"}));
  const protocol::Synced own = world.synced(laptop, from_cursor(start));
  EXPECT_TRUE(own.events.empty());
  EXPECT_EQ(own.cursor.seq, 1U);
  EXPECT_EQ(own.lost, 0U);
}

// P-17
TEST(Send, DevicesThatAreNamedAreTheOnlyOnes) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const Caller ipad = world.connect("Bob", "iPad");
  const Caller phone = world.connect("Bob", "Phone");
  ASSERT_TRUE(send(world, laptop,
                   R"({"action":"send","name":"n","devices":["iPad"],"data":{"text":"x"}})"));
  EXPECT_EQ(world.connections.frames(ipad.connection).size(), 1U);
  EXPECT_TRUE(world.connections.frames(phone.connection).empty());
}

// P-17
TEST(Send, TtlAndCollapseAreAsForOperators) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        send(world, laptop, R"({"action":"send","name":"n","ttl_s":60,"collapse":"k","data":{}})"));
  }
  EXPECT_TRUE(world.stored("Bob").front().superseded);
  const auto newest = world.row("streams", "Bob", lambdas::schema::seq_key(2));
  ASSERT_TRUE(newest);
  EXPECT_EQ(lambdas::integer_of(*newest, lambdas::schema::kExpiresAt), world.now_s() + 60);
}

// P-17, P-44
TEST(Send, AnEventThatIsStoredButCannotBePushedIsSentForTheSender) {
  for (const bool is_table_away : {false, true}) {
    World world;
    const Caller laptop = world.connect("Bob", "Laptop");
    const Caller ipad = world.connect("Bob", "iPad");
    const protocol::Cursor start = world.synced(ipad, {}).cursor;
    world.connections.set_outcome(ipad.connection, lambdas::PostOutcome::kFailed);
    world.database.set_decide([&](Operation operation, const std::string& table) {
      const bool is_lookup = operation == Operation::kQuery && table == "connections";
      return is_table_away && is_lookup ? Fault::kUnavailable : Fault::kNone;
    });
    const auto frame = send(world, laptop, kHello);
    ASSERT_TRUE(frame) << is_table_away << ": " << frame.error().message;
    EXPECT_EQ(type_of(*frame), "sent") << *frame;
    EXPECT_TRUE(world.connections.frames(ipad.connection).empty());
    world.database.set_decide({});
    EXPECT_EQ(texts(world.synced(ipad, from_cursor(start))), (std::vector<std::string>{"hi"}))
        << "sent again by the device it would be there twice";
  }
}

// P-17, P-25
TEST(Send, WhatIsWrongIsToldToTheSender) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"not JSON", "invalid"},
      {R"({"action":"send"})", "invalid"},
      {R"({"action":"send","name":"n","data":"text"})", "invalid"},
      {R"({"action":"send","name":"n","ttl_s":0})", "invalid"},
      {R"({"action":"send","name":"n","to":"nobody"})", "invalid"},
      {R"({"action":"send","name":"\u001b[2J"})", "invalid"},
      {R"({"action":"send","name":"n","collapse":"a\nb"})", "invalid"},
      {R"({"action":"send","name":"n","devices":["a\u007f"]})", "invalid"},
      {R"({"action":"send","name":"n","data":{"text":")" + std::string(29000, 'x') + "\"}}",
       "too_large"},
      {R"({"action":"send","name":"n","to":"everyone"})", "denied"},
  };
  for (const auto& [body, code] : cases) {
    const auto frame = send(world, laptop, body);
    ASSERT_TRUE(frame) << body.substr(0, 80);
    EXPECT_EQ(error_code(*frame), code) << body.substr(0, 80) << " gave " << *frame;
  }
  EXPECT_TRUE(world.stored("Bob").empty());
}

TEST(Send, TroubleWithTheDatabaseFailsTheInvocation) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.database.set_decide([](Operation, const std::string&) { return Fault::kUnavailable; });
  EXPECT_FALSE(send(world, laptop, kHello));
}

// P-17, P-27
TEST(Send, ToEveryoneReachesEveryOpenConnectionButTheSendersAndIsNotStored) {
  World world;
  world.memory.set_page_rows_max(2);
  const Caller laptop = world.connect("Bob", "Laptop");
  const Caller ipad = world.connect("Bob", "iPad");
  const Caller gone = world.connect("Alice", "Phone");
  const Caller desktop = world.connect("Alice", "Desktop");
  world.connections.drop(gone.connection);
  const auto frame = send(
      world, laptop, R"({"action":"send","name":"hello","to":"everyone","data":{"text":"hi all"}})",
      &world.memory);
  ASSERT_TRUE(frame);
  EXPECT_EQ(type_of(*frame), "sent");
  for (const Caller& other : {ipad, desktop}) {
    ASSERT_EQ(world.connections.frames(other.connection).size(), 1U);
    const auto broadcast = json::parse(world.connections.frames(other.connection).front());
    ASSERT_TRUE(broadcast);
    EXPECT_EQ((*broadcast)["type"].string_or(""), "broadcast");
    EXPECT_EQ((*broadcast)["from"]["user"].string_or(""), "Bob");
    EXPECT_EQ((*broadcast)["from"]["device"].string_or(""), "Laptop");
    EXPECT_EQ((*broadcast)["data"]["text"].string_or(""), "hi all");
  }
  EXPECT_TRUE(world.connections.frames(laptop.connection).empty());
  EXPECT_FALSE(world.row("connections", "Alice", gone.connection));
  EXPECT_TRUE(world.memory.rows("streams").empty());
}

TEST(Send, EverySentEventHasAnIdOfItsOwn) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(send(world, laptop, kHello));
  EXPECT_EQ(world.stored("Bob").size(), 50U) << "the same id twice would be stored once";
  EXPECT_EQ(world.stored("Bob").front().event.id.size(), 36U);
}

}  // namespace
}  // namespace beckon::tests
