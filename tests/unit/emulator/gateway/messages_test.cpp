// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <deque>
#include <thread>

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

// A flood of one client waits in its own TCP link: the functions' queues are everybody's.
TEST_F(MessagesTest, AClientHasABoundedNumberOfMessagesUnderWay) {
  constexpr std::size_t kCallsMax = 64;
  constexpr std::size_t kSent = 1000;
  start();
  auto flood = connect();
  ASSERT_TRUE(flood.is_open());
  for (std::size_t i = 0; i < kSent; ++i) flood.send_text(R"({"action":"echo"})");
  std::deque<ScriptedInvoker::Call> calls;
  while (calls.size() < kCallsMax) calls.push_back(invoker_->take("echo"));
  // Another one is served meanwhile. What it asks comes after all of the flood that was read.
  auto honest = connect();
  ASSERT_TRUE(honest.is_open());
  invoker_->set("default", [](const std::string&) { return success(R"({"body":"here"})"); });
  honest.send_text("hello");
  EXPECT_EQ(honest.receive(), "here");
  EXPECT_EQ(invoker_->calls_count(), 3U) << "two handshakes and hello; no more of the flood";
  for (std::size_t answered = 0; answered < kSent; ++answered) {
    if (calls.empty()) calls.push_back(invoker_->take("echo"));
    answer(calls.front(), success(R"({"body":"answer"})"));
    calls.pop_front();
    ASSERT_EQ(flood.receive(), "answer") << answered;
  }
}

TEST_F(MessagesTest, LongMessagesUnderWayAreBoundedInBytes) {
  start();
  auto flood = connect();
  ASSERT_TRUE(flood.is_open());
  const std::string message = R"({"action":"echo","x":")" + std::string(30'000, 'x') + "\"}";
  std::thread sender([&] {
    for (int i = 0; i < 60; ++i) flood.send_text(message);
  });
  std::deque<ScriptedInvoker::Call> calls;
  while (calls.size() < 18) calls.push_back(invoker_->take("echo"));  // above 512 kB
  auto honest = connect();
  ASSERT_TRUE(honest.is_open());
  EXPECT_EQ(invoker_->calls_count(), 2U) << "two handshakes; no more of the flood";
  invoker_->set("echo", [](const std::string&) { return success(R"({"body":"answer"})"); });
  for (auto& call : calls) answer(call, success(R"({"body":"answer"})"));
  for (int i = 0; i < 60; ++i) ASSERT_EQ(flood.receive(), "answer") << i;
  sender.join();
}

// Else its answers fill our memory, or are dropped with a line in the log for each.
TEST_F(MessagesTest, AClientThatTakesNoAnswersIsReadNoFurther) {
  start();
  const std::string body(100'000, 'z');
  invoker_->set("echo",
                [&](const std::string&) { return success(R"({"body":")" + body + R"("})"); });
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  constexpr int kSent = 2000;  // 200 MB of answers; the kernel takes a few
  for (int i = 0; i < kSent; ++i) client.send_text(R"({"action":"echo"})");
  auto honest = connect();
  ASSERT_TRUE(honest.is_open());
  for (int i = 0; i < 50; ++i) {
    honest.send_text(R"({"action":"echo"})");
    ASSERT_EQ(honest.receive().size(), body.size());
  }
  EXPECT_LT(invoker_->calls_count(), 500U);
  // It goes on when the client reads, and nothing is left of it when it ends.
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.receive().size(), body.size()) << i;
  client.tcp().reset();
  const auto begin = base::monotonic_now();
  while (links_count() != 1 && base::monotonic_now() - begin < tests::kPatience) {
  }
  EXPECT_EQ(links_count(), 1U);
  auto next = connect();
  EXPECT_TRUE(next.is_open());
}

TEST_F(MessagesTest, AClientThatHasToWaitCanStillBeClosed) {
  start();
  auto flood = connect();
  ASSERT_TRUE(flood.is_open());
  for (int i = 0; i < 200; ++i) flood.send_text(R"({"action":"echo"})");
  for (int i = 0; i < 64; ++i) invoker_->take("echo");
  thread_.run([&] { gateway_->find(connection_id_on_loop())->close(1000, "enough"); });
  EXPECT_EQ(flood.receive(), "close 1000 enough");
  flood.send_close(1000);
  EXPECT_EQ(flood.receive(), "end");
  const auto begin = base::monotonic_now();
  while (links_count() != 0 && base::monotonic_now() - begin < tests::kPatience) {
  }
  EXPECT_EQ(links_count(), 0U);
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
