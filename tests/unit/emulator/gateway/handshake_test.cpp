// SPDX-License-Identifier: Apache-2.0
// The table "What the client sees on the handshake" of the behaviour reference.
#include "emulator/gateway/handshake.h"

#include <gmock/gmock.h>

#include "tests/unit/emulator/gateway/gateway_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using tests::http_request;
using tests::WebSocketClient;

class HandshakeTest : public GatewayFixture {
 protected:
  HandshakeTest() { add_usual_routes(); }

  // U+0000 is another matter: the functions see to it.
  static bool lambdas_can_read(std::string event) {
    for (std::size_t at = 0; (at = event.find("\\u0000", at)) != std::string::npos;)
      event[at + 5] = '1';
    return json::parse(event, json::kDepthMaxHost).has_value();
  }

  static InvokeResult policy(const std::string& effect, const std::string& resource = "*") {
    return success(
        R"({"principalId":"d-17","policyDocument":{"Statement":[{"Action":"execute-api:Invoke",)"
        R"("Effect":")" +
        effect + R"(","Resource":")" + resource + R"("}]},"context":{"userId":"u-9"}})");
  }

  int status_when_connect_answers(InvokeResult result) {
    invoker_->set("connect", [result](const std::string&) { return result; });
    return connect().reply().status;
  }

  int status_when_authorizer_answers(InvokeResult result) {
    invoker_->set("authorize", [result](const std::string&) { return result; });
    return connect().reply().status;
  }
};

TEST(WebSocketAccept, IsTheExampleOfRfc6455) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(HandshakeTest, TheClientWaitsUntilConnectHasDecided) {
  api_.routes["$connect"].function = "slow-connect";
  start();
  auto client = connect();
  auto call = invoker_->take("slow-connect");
  client.send_text("early");
  EXPECT_TRUE(client.tcp().is_silent(base::Duration(30)));
  EXPECT_EQ(invoker_->calls_count(), 0U) << "a message ran before $connect had finished";
  answer(call, success(R"({"statusCode":200})"));
  EXPECT_EQ(client.reply().status, 101);
  EXPECT_EQ(client.reply().header_or("sec-websocket-accept", ""), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_THAT(invoker_->take("default").event, HasSubstr("\"body\":\"early\""));
}

// A function reads strict JSON: in its event no name may stand twice, whatever the client sends.
TEST_F(HandshakeTest, WhateverTheQueryIsTheEventCanBeRead) {
  add_authorizer();
  invoker_->set("authorize", [](const std::string&) { return policy("Allow"); });
  start();
  WebSocketClient client(port_, {.target = "/dev?%ff=1&%fe=2&%c3%28=3&a%00=4&user=%f0%9f&=5&&%",
                                 .headers = "X-Odd: a\xff\r\nx-odd: b\r\n"});
  EXPECT_EQ(client.reply().status, 101);
  for (const char* function : {"authorize", "connect"}) {
    const std::string event = invoker_->take(function).event;
    EXPECT_TRUE(lambdas_can_read(event)) << event;
  }
}

TEST_F(HandshakeTest, EachAnswerOfConnectHasItsStatus) {
  start();
  EXPECT_EQ(status_when_connect_answers(success(R"({"statusCode":201})")), 101);
  EXPECT_EQ(status_when_connect_answers(success(R"({"statusCode":301})")), 301);
  EXPECT_EQ(status_when_connect_answers(success(R"({"statusCode":400})")), 400);
  EXPECT_EQ(status_when_connect_answers(success(R"({"statusCode":401})")), 401);
  EXPECT_EQ(status_when_connect_answers(success(R"({"statusCode":501})")), 501);
  EXPECT_EQ(status_when_connect_answers(function_error("boom")), 502);
  EXPECT_EQ(status_when_connect_answers(success(R"({"statusCode":200,"extra":1})")), 502);
  EXPECT_EQ(status_when_connect_answers(success("null")), 502);
  InvokeResult unavailable;
  EXPECT_EQ(status_when_connect_answers(unavailable), 500);
  InvokeResult throttled;
  throttled.outcome = InvokeResult::Outcome::kThrottled;
  EXPECT_EQ(status_when_connect_answers(throttled), 500);
}

TEST_F(HandshakeTest, ARefusalIsJsonWithAmazonsHeadersAndNoWebSocket) {
  start();
  invoker_->set("connect", [](const std::string&) { return function_error("boom"); });
  auto client = connect();
  EXPECT_THAT(client.reply().body, R"({"message":"Internal server error"})");
  EXPECT_THAT(client.reply().header_or("x-amzn-requestid", ""), MatchesRegex("[0-9a-f-]{36}"));
  EXPECT_THAT(client.reply().header_or("x-amz-apigw-id", ""), MatchesRegex("[A-Za-z0-9_-]{15}="));
  EXPECT_EQ(client.tcp().receive_all(), "");
}

TEST_F(HandshakeTest, ConnectThatTakesTooLongIs504) {
  api_.routes["$connect"].function = "silent";
  api_.routes["$connect"].integration_timeout = base::Duration(50);
  start();
  EXPECT_EQ(connect().reply().status, 504);
}

TEST_F(HandshakeTest, WithoutAConnectRouteTheUpgradeIsAccepted) {
  api_.routes.erase("$connect");
  start();
  EXPECT_TRUE(connect().is_open());
}

TEST_F(HandshakeTest, OnlyTheSubprotocolThatConnectReturnsIsEchoed) {
  start();
  WebSocketClient none(port_, {.target = "/dev", .headers = "Sec-WebSocket-Protocol: a, b\r\n"});
  EXPECT_EQ(none.reply().status, 101);
  EXPECT_EQ(none.reply().header_or("sec-websocket-protocol", "absent"), "absent");
  invoker_->set("connect", [](const std::string&) {
    return success(R"({"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"b"}})");
  });
  WebSocketClient chosen(port_, {.target = "/dev", .headers = "Sec-WebSocket-Protocol: a, b\r\n"});
  EXPECT_EQ(chosen.reply().header_or("sec-websocket-protocol", "absent"), "b");
}

// A client refuses a head with a control character in it, and does not learn why.
TEST_F(HandshakeTest, WhatNoHeaderMayHoldIsNotEchoed) {
  start();
  invoker_->set("connect", [](const std::string&) {
    return success(R"({"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"b\u0001"}})");
  });
  WebSocketClient none(port_, {.target = "/dev", .headers = "Sec-WebSocket-Protocol: b\r\n"});
  EXPECT_EQ(none.reply().header_or("sec-websocket-protocol", "absent"), "absent");
  invoker_->set("connect", [](const std::string&) {
    return success(R"({"statusCode":403,"headers":{"Content-Type":"text/\u0001\r\nplain"}})");
  });
  EXPECT_EQ(connect().reply().header_or("content-type", "absent"), "text/   plain");
}

TEST_F(HandshakeTest, EachVerdictOfTheAuthorizerHasItsStatus) {
  add_authorizer();
  start();
  EXPECT_EQ(status_when_authorizer_answers(policy("Allow")), 101);
  EXPECT_EQ(status_when_authorizer_answers(policy("Deny")), 403);
  EXPECT_EQ(status_when_authorizer_answers(policy("Allow", "arn:other")), 403);
  EXPECT_EQ(status_when_authorizer_answers(function_error("Unauthorized")), 401);
  EXPECT_EQ(status_when_authorizer_answers(function_error("unauthorized")), 500);
  EXPECT_EQ(status_when_authorizer_answers(function_error("boom")), 500);
  EXPECT_EQ(status_when_authorizer_answers(success("{}")), 500);
}

TEST_F(HandshakeTest, AMissingOrEmptyIdentitySourceIs401WithoutAskingTheAuthorizer) {
  add_authorizer({"route.request.header.X-User-Id", "route.request.querystring.device"});
  invoker_->set("authorize", [](const std::string&) { return policy("Allow"); });
  start();
  EXPECT_EQ(WebSocketClient(port_, {"/dev?device=d", ""}).reply().status, 401);
  EXPECT_EQ(WebSocketClient(port_, {"/dev", "X-User-Id: Bob\r\n"}).reply().status, 401);
  EXPECT_EQ(WebSocketClient(port_, {"/dev?device=", "X-User-Id: Bob\r\n"}).reply().status, 401);
  EXPECT_EQ(invoker_->calls_count(), 0U);
  EXPECT_EQ(WebSocketClient(port_, {"/dev?device=d", "x-user-id: Bob\r\n"}).reply().status, 101);
}

TEST_F(HandshakeTest, TheAuthorizersContextIsInEveryLaterEvent) {
  add_authorizer();
  invoker_->set("authorize", [](const std::string&) { return policy("Allow"); });
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const auto authorize = parse(invoker_->take("authorize").event);
  EXPECT_EQ(authorize["methodArn"].string_or(""),
            "arn:aws:execute-api:us-east-1:000000000000:ab12cd34ef/dev/$connect");
  EXPECT_EQ(authorize["headers"]["content-length"].string_or(""), "0");
  const auto connected = parse(invoker_->take("connect").event);
  const json::View context = connected["requestContext"]["authorizer"];
  EXPECT_EQ(context["userId"].string_or(""), "u-9");
  EXPECT_EQ(context["principalId"].string_or(""), "d-17");
  EXPECT_TRUE(context["integrationLatency"].integer());
  // One request, one id: the authorizer's and $connect's are the same.
  EXPECT_EQ(authorize["requestContext"]["requestId"].string_or("a"),
            connected["requestContext"]["requestId"].string_or("b"));
  EXPECT_FALSE(connected["headers"]["Upgrade"].exists());
  client.send_text("{}");
  const auto message = parse(invoker_->take("default").event);
  EXPECT_EQ(message["requestContext"]["authorizer"].print(),
            R"({"userId":"u-9","principalId":"d-17"})");
}

TEST_F(HandshakeTest, AnotherPathIs403AndAPlainGetIs426) {
  start();
  EXPECT_EQ(WebSocketClient(port_, {"/other", ""}).reply().status, 403);
  EXPECT_EQ(WebSocketClient(port_, {"/other", ""}).reply().body, R"({"message":"Forbidden"})");
  EXPECT_EQ(WebSocketClient(port_, {"/dev/more", ""}).reply().status, 403);
  EXPECT_EQ(WebSocketClient(port_, {"/dev/", ""}).reply().status, 101);
  EXPECT_EQ(http_request("127.0.0.1", port_, "GET", "/dev").status, 426);
  EXPECT_EQ(http_request("127.0.0.1", port_, "GET", "/").status, 403);
  EXPECT_EQ(http_request("127.0.0.1", port_, "POST", "/dev").status, 403);
}

TEST_F(HandshakeTest, AKeyOrVersionThatIsNoneIsRefused) {
  start();
  tests::TcpClient no_key("127.0.0.1", port_);
  no_key.send(
      "GET /dev HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n");
  EXPECT_EQ(tests::read_reply(no_key).status, 400);
  tests::TcpClient old("127.0.0.1", port_);
  old.send(
      "GET /dev HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const auto reply = tests::read_reply(old);
  EXPECT_EQ(reply.status, 426);
  EXPECT_EQ(reply.header_or("sec-websocket-version", ""), "13");
}

TEST_F(HandshakeTest, MoreNewConnectionsThanTheRateAllowsAre429) {
  GatewayOptions options;
  options.connect_rate_per_s = 2;
  start(options);
  EXPECT_EQ(connect().reply().status, 101);
  EXPECT_EQ(connect().reply().status, 101);
  EXPECT_EQ(connect().reply().status, 429);
}

TEST_F(HandshakeTest, AClientThatLeavesDuringConnectIsDisconnectedAfterItsSuccess) {
  api_.routes["$connect"].function = "slow-connect";
  start();
  ScriptedInvoker::Call call;
  {
    auto client = connect();
    call = invoker_->take("slow-connect");
    client.tcp().reset();
  }
  std::size_t open = 1;
  while (open != 0) thread_.run([&] { open = server_->connections_count(); });
  answer(call, success(R"({"statusCode":200})"));
  const auto event = parse(invoker_->take("disconnect").event);
  EXPECT_EQ(event["requestContext"]["disconnectStatusCode"].integer(), 1006);
}

TEST_F(HandshakeTest, PermessageDeflateIsNeverAgreedTo) {
  start();
  WebSocketClient client(port_, {"/dev", "Sec-WebSocket-Extensions: permessage-deflate\r\n"});
  EXPECT_EQ(client.reply().status, 101);
  EXPECT_EQ(client.reply().header_or("sec-websocket-extensions", "absent"), "absent");
}

}  // namespace
}  // namespace beckon::emulator
