// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/unit/emulator/gateway/gateway_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

class MessagesTest : public GatewayFixture {
 protected:
  MessagesTest() { add_usual_routes(); }

  std::string error_frame(const std::string& message) {
    return R"(\{"message": ")" + message + R"(", "connectionId":"[A-Za-z0-9_-]{15}=", )" +
           R"("requestId":"[A-Za-z0-9_-]{15}="\})";
  }

  std::string route_of(const std::string& text) {
    auto client = connect();
    EXPECT_TRUE(client.is_open());
    for (const char* function : {"echo", "note", "default"}) {
      invoker_->set(function, [](const std::string& event) {
        return success(R"({"body":)" + parse(event)["requestContext"]["routeKey"].print() + "}");
      });
    }
    client.send_text(text);
    return client.receive();
  }
};

TEST_F(MessagesTest, TheBodysActionChoosesTheRouteAndAllElseIsDefault) {
  start();
  EXPECT_EQ(route_of(R"({"action":"echo"})"), "echo");
  EXPECT_EQ(route_of(R"({"action":"Echo"})"), "$default");
  EXPECT_EQ(route_of(R"({"action":"fly"})"), "$default");
  EXPECT_EQ(route_of(R"({"other":1})"), "$default");
  EXPECT_EQ(route_of("not JSON"), "$default");
  EXPECT_EQ(route_of(""), "$default");
  EXPECT_EQ(route_of(R"({"action":"$default"})"), "$default");
}

TEST_F(MessagesTest, AClientCannotRunConnectOrDisconnect) {
  start();
  EXPECT_EQ(route_of(R"({"action":"$connect"})"), "$default");
  EXPECT_EQ(route_of(R"({"action":"$disconnect"})"), "$default");
}

TEST_F(MessagesTest, WithoutAMatchAndWithoutDefaultTheAnswerIsForbidden) {
  api_.routes.erase("$default");
  start();
  auto client = connect();
  client.send_text(R"({"action":"fly"})");
  EXPECT_THAT(client.receive(), MatchesRegex(error_frame("Forbidden")));
  client.send_text(R"({"action":"$connect"})");
  EXPECT_THAT(client.receive(), MatchesRegex(error_frame("Forbidden")));
}

TEST_F(MessagesTest, ATwoWayRouteAnswersWithTheBodyWhateverTheStatus) {
  start();
  auto client = connect();
  for (const auto& [payload, expected] :
       {std::pair{R"({"statusCode":200,"body":"yes"})", "yes"},
        std::pair{R"({"statusCode":500,"body":"no"})", "no"},
        std::pair{R"({"statusCode":200})", ""},
        std::pair{R"({"body":"aGk=","isBase64Encoded":true})", "hi"}}) {
    invoker_->set("echo", [payload](const std::string&) { return success(payload); });
    client.send_text(R"({"action":"echo"})");
    EXPECT_EQ(client.receive(), expected);
  }
}

TEST_F(MessagesTest, AOneWayRouteAnswersNothingOnSuccessOfAnyStatus) {
  start();
  auto client = connect();
  invoker_->set("note",
                [](const std::string&) { return success(R"({"statusCode":501,"body":"x"})"); });
  client.send_text(R"({"action":"note"})");
  invoker_->take("note");
  invoker_->set("echo", [](const std::string&) { return success(R"({"body":"next"})"); });
  client.send_text(R"({"action":"echo"})");
  EXPECT_EQ(client.receive(), "next");
}

TEST_F(MessagesTest, FailuresOfTheFunctionAreErrorFramesOnBothKindsOfRoute) {
  start();
  auto client = connect();
  InvokeResult throttled;
  throttled.outcome = InvokeResult::Outcome::kThrottled;
  for (const char* route : {"echo", "note"}) {
    for (const InvokeResult& result :
         {function_error("boom"), success(R"({"statusCode":200,"extra":1})"), success("null"),
          throttled, InvokeResult{}}) {
      invoker_->set(route, [result](const std::string&) { return result; });
      client.send_text(std::string(R"({"action":")") + route + R"("})");
      EXPECT_THAT(client.receive(), MatchesRegex(error_frame("Internal server error"))) << route;
    }
  }
  EXPECT_EQ(links_count(), 1U) << "the connection must live";
}

// P-26
TEST_F(MessagesTest, TheErrorFrameNamesTheConnectionAndTheRequest) {
  start();
  auto client = connect();
  invoker_->set("echo", [](const std::string&) { return function_error("boom"); });
  client.send_text(R"({"action":"echo"})");
  const auto frame = parse(client.receive());
  const auto event = parse(invoker_->take("echo").event);
  EXPECT_EQ(frame["requestId"].string_or("a"), event["requestContext"]["requestId"].string_or("b"));
  EXPECT_EQ(frame["connectionId"].string_or("a"), connection_id());
}

TEST_F(MessagesTest, AnIntegrationThatTakesTooLongIsTimedOutAndItsLateAnswerIsDropped) {
  add_route("slow", "slow", true).integration_timeout = base::Duration(50);
  start();
  auto client = connect();
  client.send_text(R"({"action":"slow"})");
  auto call = invoker_->take("slow");
  EXPECT_THAT(client.receive(), MatchesRegex(error_frame("Endpoint request timed out")));
  answer(call, success(R"({"body":"late"})"));
  invoker_->set("echo", [](const std::string&) { return success(R"({"body":"next"})"); });
  client.send_text(R"({"action":"echo"})");
  EXPECT_EQ(client.receive(), "next");
}

TEST_F(MessagesTest, MessagesOfOneSocketRunAtTheSameTime) {
  start();
  auto client = connect();
  client.send_text(R"({"action":"echo","n":1})");
  client.send_text(R"({"action":"echo","n":2})");
  auto first = invoker_->take("echo");
  auto second = invoker_->take("echo");
  answer(second, success(R"({"body":"second"})"));
  EXPECT_EQ(client.receive(), "second");
  answer(first, success(R"({"body":"first"})"));
  EXPECT_EQ(client.receive(), "first");
}

TEST_F(MessagesTest, IdsHaveTheFormOfApiGateways) {
  start();
  auto client = connect();
  client.send_text("x");
  const auto event = parse(invoker_->take("default").event);
  const json::View context = event["requestContext"];
  const std::string connection(context["connectionId"].string_or(""));
  const std::string message(context["messageId"].string_or(""));
  EXPECT_THAT(connection, MatchesRegex("[A-Za-z0-9_-]{15}="));
  EXPECT_THAT(message, MatchesRegex("[A-Za-z0-9_-]{15}="));
  EXPECT_EQ(message.substr(9), connection.substr(9)) << "the last characters are the connection's";
  EXPECT_EQ(context["requestId"].string_or("a"), context["extendedRequestId"].string_or("b"));
  EXPECT_NE(context["requestId"].string_or(""), connection);
}

TEST_F(MessagesTest, AMockRouteSucceedsWithoutAFunction) {
  add_route("ping", "").mock = true;
  start();
  auto client = connect();
  client.send_text(R"({"action":"ping"})");
  invoker_->set("echo", [](const std::string&) { return success(R"({"body":"next"})"); });
  client.send_text(R"({"action":"echo"})");
  EXPECT_EQ(client.receive(), "next");
}

TEST_F(MessagesTest, MoreMessagesThanTheRateAllowsAreToldSo) {
  GatewayOptions options;
  options.message_rate_per_s = 1;
  start(options);
  auto client = connect();
  invoker_->set("default", [](const std::string&) { return success(R"({"body":"ok"})"); });
  client.send_text("1");
  client.send_text("2");
  const std::string one = client.receive();
  const std::string two = client.receive();
  EXPECT_THAT(one == "ok" ? two : one, MatchesRegex(error_frame("Too Many Requests")));
}

TEST_F(MessagesTest, ALongReplyIsFragmentedAt32KB) {
  start();
  auto client = connect();
  const std::string body(100'000, 'z');
  invoker_->set("echo",
                [&](const std::string&) { return success(R"({"body":")" + body + R"("})"); });
  client.send_text(R"({"action":"echo"})");
  EXPECT_EQ(client.receive_frame().payload.size(), 32'768U);
  EXPECT_EQ(client.receive_frame().payload.size(), 32'768U);
  EXPECT_EQ(client.receive_frame().payload.size(), 32'768U);
  const auto last = client.receive_frame();
  EXPECT_EQ(last.payload.size(), 100'000U - 3 * 32'768U);
  EXPECT_TRUE(last.fin);
}

}  // namespace
}  // namespace beckon::emulator
