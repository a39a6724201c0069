// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/gateway_event.h"

#include <gtest/gtest.h>

#include "common/json/json.h"
#include "tests/support/backend/events.h"

namespace beckon::tests {
namespace {

const Caller kLaptop = {"Bob", "Laptop", "Aa1bBcXyZw0CE3Q="};

// P-4: a client may send it, and that is its mistake, not the deployment's.
TEST(GatewayEvent, AClientsNulFailsNoFunctionAndIsNoText) {
  const std::string raw("{\"action\":\"sync\",\"x\":\"a\0b\"}", 27);
  ASSERT_EQ(raw.size(), 27U);
  const auto event = lambdas::decode_gateway_event(message_event(kLaptop, "sync", raw));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->body,
            "{\"action\":\"sync\",\"x\":\"a\x01"
            "b\"}");
  EXPECT_FALSE(json::parse(event->body));
  // An escaped escape is the client's own text, and stays.
  const std::string escaped = R"({"x":"\\u0000 \u0000"})";
  const auto kept = lambdas::decode_gateway_event(message_event(kLaptop, "sync", escaped));
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->body, escaped);
}

TEST(GatewayEvent, IdentityComesFromTheAuthorizerAlone) {
  const std::string body = R"({"action":"sync","userId":"Mallory","user":"Mallory"})";
  const auto event = lambdas::decode_gateway_event(message_event(kLaptop, "sync", body));
  ASSERT_TRUE(event) << event.error().message;
  EXPECT_EQ(event->user_id, "Bob");
  EXPECT_EQ(event->device_id, "Laptop");
  EXPECT_EQ(event->connection_id, "Aa1bBcXyZw0CE3Q=");
  EXPECT_EQ(event->connected_at_ms, kLaptop.connected_at_ms);
  EXPECT_EQ(event->route_key, "sync");
  EXPECT_EQ(event->source_ip, "198.51.100.7");
  EXPECT_EQ(event->body, body);
  const auto connecting = lambdas::decode_gateway_event(connect_event(kLaptop));
  ASSERT_TRUE(connecting);
  EXPECT_EQ(connecting->user_id, "Bob") << "and not what the headers say";
}

TEST(GatewayEvent, WhatIsMissingIsNamed) {
  const std::string whole = message_event(kLaptop, "sync", "{}");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\"userId\":\"Bob\"", "authorizer.userId"},
      {"\"userId\":\"\"", "authorizer.userId"},
      {"\"deviceId\":\"Laptop\"", "authorizer.deviceId"},
      {"\"connectionId\":\"Aa1bBcXyZw0CE3Q=\"", "connectionId"},
      {"\"connectedAt\":1795244400000", "connectedAt"},
  };
  for (const auto& [member, named] : cases) {
    std::string text = whole;
    const std::size_t at = text.find(member);
    if (at != std::string::npos) {
      text.replace(at, member.size(), "\"else\":0");
    } else {
      const std::string bob = "\"userId\":\"Bob\"";
      text.replace(text.find(bob), bob.size(), member);
    }
    const auto event = lambdas::decode_gateway_event(text);
    ASSERT_FALSE(event) << text;
    EXPECT_NE(event.error().message.find(named), std::string::npos) << event.error().message;
  }
  for (const char* text : {"", "{", "[]", "{}", "{\"requestContext\":7}", "null"}) {
    EXPECT_FALSE(lambdas::decode_gateway_event(text)) << text;
  }
}

TEST(GatewayEvent, ABodyInBase64IsDecoded) {
  std::string text = message_event(kLaptop, "sync", "e30=");
  const std::string plain = "\"isBase64Encoded\":false";
  text.replace(text.find(plain), plain.size(), "\"isBase64Encoded\":true");
  const auto event = lambdas::decode_gateway_event(text);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->body, "{}");
}

TEST(GatewayEvent, AnswersHaveNoMemberThatApiGatewayWouldRefuse) {
  EXPECT_EQ(lambdas::answer(403), R"({"statusCode":403})");
  EXPECT_EQ(lambdas::answer_frame("{\"a\":1}"), R"({"statusCode":200,"body":"{\"a\":1}"})");
  EXPECT_EQ(lambdas::answer_error("invalid", "why"),
            R"({"statusCode":200,"body":"{\"type\":\"error\",\"code\":\"invalid\",)"
            R"(\"message\":\"why\"}"})");
}

TEST(GatewayEvent, AnErrorFrameIsShortAndReadableWhateverTheClientSent) {
  const std::string body =
      body_of(lambdas::answer_error("invalid", std::string(100000, '\"') + "\xC3"));
  EXPECT_LT(body.size(), 2048U);
  EXPECT_TRUE(protocol::decode_server_message(body));
}

TEST(GatewayEvent, IdentifiersAreShortUtf8WithoutControlCharacters) {
  for (const char* good : {"Bob", "b", "Bob's iPad", "J\xC3\xBCrgen", "a#b:c", "a\xC2\xA0z"}) {
    EXPECT_TRUE(lambdas::is_identifier(good, 128)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string(129, 'x'), std::string("a\nb"), std::string("a\0b", 3),
        std::string("\xFF"), std::string("\x7F"), std::string("a\xC2\x9B[31m")}) {
    EXPECT_FALSE(lambdas::is_identifier(bad, 128)) << bad;
  }
}

}  // namespace
}  // namespace beckon::tests
