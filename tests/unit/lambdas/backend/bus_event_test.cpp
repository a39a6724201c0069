// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/bus_event.h"

#include <gtest/gtest.h>

#include "tests/support/backend/events.h"

namespace beckon::tests {
namespace {

TEST(BusEvent, EverythingButTargetTtlAndCollapseIsData) {
  const auto event = lambdas::decode_bus_event(bus_event(
      {.id = "e1",
       .name = "door.opened",
       .detail = R"({"target":{"user":"Bob","devices":["Laptop"]},"ttl_s":60,"collapse":"door",)"
                 R"("data":{"n":1},"text":"hi"})"}));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->user_id, "Bob");
  EXPECT_EQ(event->draft.id, "e1");
  EXPECT_EQ(event->draft.name, "door.opened");
  EXPECT_EQ(event->draft.time, "2026-11-21T07:00:00Z");
  EXPECT_EQ(event->draft.data, R"({"data":{"n":1},"text":"hi"})");
  EXPECT_EQ(event->draft.devices, (std::vector<std::string>{"Laptop"}));
  EXPECT_EQ(event->draft.ttl_s, 60);
  EXPECT_EQ(event->draft.collapse, "door");
}

constexpr char kSignature[] =
    R"({"key":"9d5d8a81fd958d2c","id":"AAECAwQFBgcICQoLDA0ODw","iat":1795244400,)"
    R"("exp":1795245000,"devices":["Laptop"],"sig":")"
    R"(rxMwQmDtvtBu9Yd45c8WxgOLBVIzH8DmAQjbtZG3GSp4VZAVyDFknDB04HaaDtzRM3rMWm-ebsj8c2v2VVYTPw"})";

// P-70
TEST(BusEvent, ASignatureIsTakenAsItIsAndDataStaysAsItWas) {
  const auto event = lambdas::decode_bus_event(
      bus_event({.detail = R"({"target":{"user":"Bob","devices":["Laptop"],"signature":)" +
                           std::string(kSignature) + R"(},"text":"hi"})"}));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->draft.signature, kSignature);
  EXPECT_EQ(event->draft.data, R"({"text":"hi"})");
}

// P-4
TEST(BusEvent, ANumberIsTheNearestDouble) {
  const auto event = lambdas::decode_bus_event(bus_event(
      {.detail = R"({"target":{"user":"Bob"},"n":9007199254740993,"s":"9007199254740993"})"}));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->draft.data, R"({"n":9007199254740992,"s":"9007199254740993"})");
}

// P-32
TEST(BusEvent, TheOptionsHaveDefaults) {
  const auto event = lambdas::decode_bus_event(bus_event({.detail = detail_for("Bob", "hi")}));
  ASSERT_TRUE(event);
  EXPECT_TRUE(event->draft.devices.empty());
  EXPECT_EQ(event->draft.ttl_s, 7 * 24 * 3600);
  EXPECT_EQ(event->draft.collapse, "");
}

// P-32
TEST(BusEvent, EveryLimitItselfPassesAndOneMoreDoesNot) {
  const auto passes = [](std::size_t name_bytes, std::size_t id_bytes, std::size_t key_bytes,
                         std::int64_t ttl_s) {
    const std::string id(id_bytes, 'i');
    const std::string detail = R"({"target":{"user":")" + id + R"(","devices":[")" + id +
                               R"("]},"collapse":")" + std::string(key_bytes, 'k') +
                               R"(","ttl_s":)" + std::to_string(ttl_s) + "}";
    return lambdas::decode_bus_event(
               bus_event({.name = std::string(name_bytes, 'n'), .detail = detail}))
        .has_value();
  };
  EXPECT_TRUE(passes(128, 128, 128, 31'622'400));
  EXPECT_TRUE(passes(1, 1, 1, 1));
  EXPECT_FALSE(passes(129, 128, 128, 1));
  EXPECT_FALSE(passes(128, 129, 128, 1));
  EXPECT_FALSE(passes(128, 128, 129, 1));
  EXPECT_FALSE(passes(128, 128, 128, 31'622'401));
}

// P-32
TEST(BusEvent, WhatIsWrongHasAName) {
  const std::string long_text(129, 'x');
  const std::vector<std::pair<std::string, std::string>> details = {
      {"NotAnEvent", "[]"},
      {"NotAnEvent", "\"text\""},
      {"NotAnEvent", "null"},
      {"NoTarget", "{}"},
      {"NoTarget", R"({"text":"hi","user":"Bob"})"},
      {"BadTarget", R"({"target":"Bob"})"},
      {"BadTarget", R"({"target":["Bob"]})"},
      {"BadTarget", R"({"target":null})"},
      {"BadTarget", R"({"target":{"user":"Bob","device":"Laptop"}})"},
      {"NoTargetUser", R"({"target":{}})"},
      {"NoTargetUser", R"({"target":{"user":""}})"},
      {"NoTargetUser", R"({"target":{"user":7}})"},
      {"NoTargetUser", R"({"target":{"user":"a\nb"}})"},
      {"NoTargetUser", R"({"target":{"user":")" + long_text + "\"}}"},
      {"BadDevices", R"({"target":{"user":"Bob","devices":"Laptop"}})"},
      {"BadDevices", R"({"target":{"user":"Bob","devices":[]}})"},
      {"BadDevices", R"({"target":{"user":"Bob","devices":["Laptop",7]}})"},
      {"BadSignature", R"({"target":{"user":"Bob","signature":"x"}})"},
      {"BadSignature", R"({"target":{"user":"Bob","signature":null}})"},
      {"BadSignature", R"({"target":{"user":"Bob","signature":{"key":"x"}}})"},
      {"BadTtl", R"({"target":{"user":"Bob"},"ttl_s":0})"},
      {"BadTtl", R"({"target":{"user":"Bob"},"ttl_s":-1})"},
      {"BadTtl", R"({"target":{"user":"Bob"},"ttl_s":1.5})"},
      {"BadTtl", R"({"target":{"user":"Bob"},"ttl_s":"60"})"},
      {"BadTtl", R"({"target":{"user":"Bob"},"ttl_s":99999999999})"},
      {"BadCollapse", R"({"target":{"user":"Bob"},"collapse":7})"},
      {"BadCollapse", R"({"target":{"user":"Bob"},"collapse":""})"},
      {"BadCollapse", R"({"target":{"user":"Bob"},"collapse":")" + long_text + "\"}"},
      {"NotAnEvent", R"({"target":{"user":"Bob","user":"Eve"}})"},
      {"NotAnEvent", R"({"target":{"user":"Bob\u0000"}})"},
  };
  for (const auto& [name, detail] : details) {
    const auto event = lambdas::decode_bus_event(bus_event({.detail = detail}));
    ASSERT_FALSE(event) << detail;
    EXPECT_TRUE(event.error().message.starts_with(name + ": "))
        << detail << " gave " << event.error().message;
  }
}

TEST(BusEvent, TheEnvelopeIsCheckedToo) {
  const std::string detail = detail_for("Bob", "hi");
  const auto name_of = [](const std::string& text) {
    const auto event = lambdas::decode_bus_event(text);
    return event ? "" : event.error().message.substr(0, event.error().message.find(':'));
  };
  EXPECT_EQ(name_of(bus_event({.id = "", .detail = detail})), "NotAnEvent");
  EXPECT_EQ(name_of(bus_event({.name = "", .detail = detail})), "BadName");
  EXPECT_EQ(name_of(bus_event({.name = std::string(129, 'x'), .detail = detail})), "BadName");
  EXPECT_EQ(name_of(""), "NotAnEvent");
  EXPECT_EQ(name_of("{"), "NotAnEvent");
  EXPECT_EQ(name_of("7"), "NotAnEvent");
  EXPECT_EQ(name_of(R"({"id":"e","detail-type":"n","time":"yesterday","detail":{}})"), "BadTime");
}

}  // namespace
}  // namespace beckon::tests
