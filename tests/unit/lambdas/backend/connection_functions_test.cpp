// SPDX-License-Identifier: Apache-2.0
// authorize, connect, disconnect and default.
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "common/json/writer.h"
#include "lambdas/authorize/handler.h"
#include "lambdas/backend/device_row.h"
#include "lambdas/backend/presence.h"
#include "lambdas/backend/schema.h"
#include "lambdas/connect/handler.h"
#include "lambdas/default/handler.h"
#include "lambdas/disconnect/handler.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

namespace schema = lambdas::schema;
constexpr const char* kArn = "arn:aws:execute-api:eu-west-1:123456789012:ab12cd34ef/prod/$connect";

std::string authorizer_event(const std::string& headers, const std::string& query) {
  json::Writer writer;
  writer.begin_object().member("type", "REQUEST").member("methodArn", kArn);
  writer.key("headers").raw(headers);
  if (!query.empty()) writer.key("queryStringParameters").raw(query);
  return writer.end_object().take();
}

base::Result<std::string> authorize(const std::string& headers, const std::string& query,
                                    std::vector<std::string> origins = {}) {
  World world;
  return lambdas::handle_authorize(
      world.host,
      {.mode = lambdas::AuthMode::kOpen, .allowed_origins = std::move(origins), .audiences = {}},
      authorizer_event(headers, query));
}

TEST(Authorize, TheNamesAClientGivesBecomeTheContext) {
  struct Case {
    std::string headers;
    std::string query;
  };
  const std::vector<Case> cases = {
      {R"({"X-User-Id":"Bob","X-Device-Id":"Laptop"})", ""},
      {R"({"x-user-id":"Bob","X-DEVICE-ID":"Laptop"})", ""},
      {"{}", R"({"user":"Bob","device":"Laptop"})"},
      {R"({"X-User-Id":"Bob","X-Device-Id":"Laptop"})", R"({"user":"Eve","device":"Phone"})"},
      {R"({"X-User-Id":"Bob"})", R"({"device":"Laptop"})"},
  };
  for (const Case& one : cases) {
    const auto policy = authorize(one.headers, one.query);
    ASSERT_TRUE(policy) << one.headers << one.query;
    EXPECT_EQ(*policy,
              std::string(R"({"principalId":"Laptop","policyDocument":{"Version":"2012-10-17",)") +
                  R"("Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":")" +
                  kArn + R"("}]},"context":{"userId":"Bob","deviceId":"Laptop"}})");
  }
}

// P-32
TEST(Authorize, WithoutProperNamesTheAnswerIsUnauthorized) {
  const std::string long_name(129, 'x');
  for (const std::string& query :
       {std::string(), std::string(R"({"user":"Bob"})"), std::string(R"({"device":"Laptop"})"),
        std::string(R"({"user":"","device":"Laptop"})"),
        std::string(R"({"user":"Bob","device":7})"),
        std::string(R"({"user":"a\nb","device":"Laptop"})"),
        std::string(R"({"user":"a\u0000b","device":"Laptop"})"),
        R"({"user":"Bob","device":")" + long_name + "\"}"}) {
    const auto policy = authorize("{}", query);
    ASSERT_FALSE(policy) << query;
    EXPECT_EQ(policy.error().message, "Unauthorized") << "the exact text is what makes it a 401";
  }
  EXPECT_FALSE(authorize(R"({"X-User-Id":""})", R"({"user":"Bob","device":"Laptop"})"))
      << "a header that is there wins, even if it is wrong";
}

TEST(Authorize, ABrowserConnectsOnlyFromAnAllowedOrigin) {
  const auto effect = [](const std::string& origin, std::vector<std::string> allowed) {
    const auto policy = authorize(
        R"({"X-User-Id":"Bob","X-Device-Id":"Laptop","origin":")" + origin + "\"}", "", allowed);
    if (!policy) return std::string("error");
    const auto document = json::parse(*policy);
    return std::string(
        (*document)["policyDocument"]["Statement"].at(0)["Effect"].string_or("none"));
  };
  EXPECT_EQ(effect("https://a.example", {}), "Deny");
  EXPECT_EQ(effect("https://a.example", {"https://b.example"}), "Deny");
  EXPECT_EQ(effect("https://a.example.evil.example", {"https://a.example"}), "Deny");
  EXPECT_EQ(effect("null", {"https://a.example"}), "Deny");
  EXPECT_EQ(effect("", {}), "Deny") << "an empty origin is one";
  EXPECT_EQ(effect("https://a.example", {"https://b.example", "https://a.example"}), "Allow");
  EXPECT_EQ(lambdas::split_list(" https://a.example, https://b.example ,,"),
            (std::vector<std::string>{"https://a.example", "https://b.example"}));
}

TEST(Authorize, WhatIsNoAuthorizersEventIsAnError) {
  World world;
  for (const char* text : {"", "{}", "[]", R"({"methodArn":7})", R"({"methodArn":"a"})"}) {
    const auto policy = lambdas::handle_authorize(world.host, {}, text);
    ASSERT_FALSE(policy) << text;
    EXPECT_NE(policy.error().message, "Unauthorized");
  }
}

TEST(Connect, WritesTheConnectionAndTheDevice) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  const auto connection = world.row("connections", "Bob", laptop.connection);
  ASSERT_TRUE(connection);
  EXPECT_EQ(lambdas::string_of(*connection, schema::kDeviceId), "Laptop");
  EXPECT_EQ(lambdas::string_of(*connection, schema::kSourceIp), "198.51.100.7");
  EXPECT_EQ(lambdas::string_of(*connection, schema::kUserAgent), "agent/0.1");
  EXPECT_EQ(lambdas::integer_of(*connection, schema::kConnectedAt), laptop.connected_at_ms);
  const std::int64_t kept_s =
      *lambdas::integer_of(*connection, schema::kExpiresAt) - laptop.connected_at_ms / 1000;
  EXPECT_GT(kept_s, 2 * 3600) << "longer than API Gateway keeps a connection";
  EXPECT_LT(kept_s, 3 * 3600);
  const auto device = world.row("devices", "Laptop");
  ASSERT_TRUE(device);
  EXPECT_EQ(lambdas::string_of(*device, schema::kUserId), "Bob");
}

TEST(Connect, ADeviceIdThatBelongsToSomebodyElseIsRefusedWith403) {
  World world;
  world.connect("Bob", "Laptop");
  const Caller thief{"Mallory", "Laptop", "conn-thief"};
  EXPECT_EQ(lambdas::handle_connect(world.host, lambdas::AuthMode::kOpen, connect_event(thief))
                .value_or("failed"),
            R"({"statusCode":403})");
  EXPECT_FALSE(world.row("connections", "Mallory", "conn-thief"));
  EXPECT_EQ(lambdas::string_of(*world.row("devices", "Laptop"), schema::kUserId), "Bob");
}

TEST(Connect, ADeviceNobodyHasSeenForLongIsFreeEvenIfItsRowIsStillThere) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  world.pace.wait(std::chrono::hours(24) * 60);
  world.synced(laptop, {});
  world.pace.wait(std::chrono::hours(24) * 60);
  const Caller alice{"Alice", "Laptop", "conn-alice"};
  EXPECT_EQ(lambdas::handle_connect(world.host, lambdas::AuthMode::kOpen, connect_event(alice))
                .value_or("failed"),
            R"({"statusCode":403})")
      << "it was seen 60 days ago";
  world.pace.wait(std::chrono::hours(24) * 31);
  EXPECT_EQ(lambdas::handle_connect(world.host, lambdas::AuthMode::kOpen, connect_event(alice))
                .value_or("failed"),
            R"({"statusCode":200})");
}

TEST(Connect, AReconnectLeavesCursorAndReceiptsAlone) {
  World world;
  ASSERT_TRUE(world.post("Bob", "1"));
  const Caller first = world.connect("Bob", "Laptop");
  world.synced(first, {});
  const auto before = world.row("devices", "Laptop");
  ASSERT_TRUE(before);
  ASSERT_TRUE(lambdas::string_of(*before, schema::kCursor));
  world.connect("Bob", "Laptop");
  const auto after = world.row("devices", "Laptop");
  ASSERT_TRUE(after);
  EXPECT_EQ(lambdas::string_of(*after, schema::kCursor),
            lambdas::string_of(*before, schema::kCursor));
}

TEST(Connect, TroubleWithTheDatabaseFailsTheHandshake) {
  for (int at = 1; at <= 2; ++at) {
    World world;
    int call = 0;
    world.database.set_decide([&](Operation, const std::string&) {
      return ++call == at ? Fault::kUnavailable : Fault::kNone;
    });
    EXPECT_FALSE(lambdas::handle_connect(world.host, lambdas::AuthMode::kOpen,
                                         connect_event({"Bob", "Laptop", "c"})));
    EXPECT_FALSE(world.row("connections", "Bob", "c"));
  }
}

TEST(Disconnect, RemovesTheRowAndDoesNotMindIfItIsGone) {
  World world;
  const Caller laptop = world.connect("Bob", "Laptop");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(lambdas::handle_disconnect(world.host, disconnect_event(laptop)).value_or("failed"),
              R"({"statusCode":200})");
    EXPECT_FALSE(world.row("connections", "Bob", laptop.connection));
  }
  EXPECT_TRUE(world.row("devices", "Laptop"));
}

// P-18, P-25
TEST(Default, WhatNoRouteTakesIsAnsweredWithWhatWouldHaveBeenRight) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"action":"dance"})", "got \"dance\""},
      {R"({"action":7})", "got number"},
      {R"({})", "got nothing"},
      {R"({"action":")" + std::string(5000, 'x') + "\"}", "5000 bytes"},
      {"", "expected JSON"},
      {"hello", "expected JSON"},
      {"[]", "got array"},
      {"\"sync\"", "got string"},
      {std::string(200, '['), "expected JSON"},
  };
  for (const auto& [body, named] : cases) {
    const auto answered =
        lambdas::handle_default(message_event({"Bob", "Laptop", "c"}, "$default", body));
    ASSERT_TRUE(answered) << body;
    EXPECT_EQ(error_code(body_of(*answered)), "unknown_action") << body;
    EXPECT_NE(json::parse(body_of(*answered))->root()["message"].string_or("").find(named),
              std::string::npos)
        << *answered;
    EXPECT_LT(answered->size(), 1024U);
  }
}

}  // namespace
}  // namespace beckon::tests
