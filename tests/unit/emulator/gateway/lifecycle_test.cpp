// SPDX-License-Identifier: Apache-2.0
// How connections end: close codes on the wire and what $disconnect is told.
#include <gmock/gmock.h>

#include "tests/unit/emulator/gateway/gateway_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::StartsWith;

class LifecycleTest : public GatewayFixture {
 protected:
  LifecycleTest() { add_usual_routes(); }

  // What $disconnect is told, as "code reason".
  std::string disconnect_told() {
    const auto event = parse(invoker_->take("disconnect").event);
    const json::View context = event["requestContext"];
    return context["disconnectStatusCode"].print() + " " +
           std::string(context["disconnectReason"].string_or("(none)"));
  }

  void wait_until_gone() {
    while (links_count() != 0) {
    }
  }
};

TEST_F(LifecycleTest, AClientsCloseIsAnsweredAndItsCodeAndReasonAreTold) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  client.send_close(1001, "tab closed");
  EXPECT_EQ(client.receive(), "close 1001 tab closed");
  EXPECT_EQ(client.tcp().receive_all(), "");
  EXPECT_EQ(disconnect_told(), "1001 tab closed");
  client.tcp().close();
  wait_until_gone();
}

TEST_F(LifecycleTest, AnEmptyCloseIs1005WithApiGatewaysWords) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  client.send_frame(0x88, "");
  EXPECT_EQ(client.receive(), "close 1005 ");
  EXPECT_EQ(disconnect_told(), "1005 Client-side close frame status not set");
}

TEST_F(LifecycleTest, ALinkThatVanishesIs1006) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  client.tcp().reset();
  EXPECT_THAT(disconnect_told(), StartsWith("1006 "));
  wait_until_gone();
}

TEST_F(LifecycleTest, WhatAClientMayNotSendClosesWithTheCodeOfTheLimit) {
  start();
  const auto told_after = [&](int first_byte, const std::string& payload) {
    auto client = connect();
    EXPECT_TRUE(client.is_open());
    client.send_frame(first_byte, payload);
    const std::string closed = client.receive().substr(0, 10);
    EXPECT_EQ(disconnect_told().substr(0, 4), closed.substr(6, 4));
    return closed;
  };
  EXPECT_EQ(told_after(0x82, "binary"), "close 1003");
  EXPECT_EQ(told_after(0x81, std::string(32'769, 'x')), "close 1009");
  EXPECT_EQ(told_after(0x81, "\xff"), "close 1007");
  EXPECT_EQ(told_after(0xF1, "reserved bits"), "close 1002");
}

// P-33
TEST_F(LifecycleTest, AnIdleConnectionIsToldThatWeGoAway) {
  GatewayOptions options;
  options.idle_timeout = base::Duration(100);
  start(options);
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const auto begin = base::monotonic_now();
  EXPECT_EQ(client.receive(), "close 1001 Going away");
  EXPECT_GE(base::monotonic_now() - begin, base::Duration(95));
  EXPECT_EQ(disconnect_told(), "1001 Going away");
}

// P-33
TEST_F(LifecycleTest, MessagesInBothDirectionsResetTheIdleTimeAndPingsDoNot) {
  GatewayOptions options;
  options.idle_timeout = base::Duration(400);
  start(options);
  auto talking = connect();
  ASSERT_TRUE(talking.is_open());
  const std::string talking_id = connection_id();
  auto pinging = connect();
  ASSERT_TRUE(pinging.is_open());
  const auto begin = base::monotonic_now();
  bool by_client = false;
  // Both directions in turn, over more than two idle times.
  while (base::monotonic_now() - begin < base::Duration(1000)) {
    if (by_client) {
      talking.send_text("x");
    } else {
      thread_.run([&] { gateway_->find(talking_id)->send("y"); });
      EXPECT_EQ(talking.receive(), "y");
    }
    by_client = !by_client;
    pinging.send_frame(0x89, "p");
    if (!talking.tcp().is_silent(base::Duration(100))) break;
  }
  EXPECT_GE(base::monotonic_now() - begin, base::Duration(1000)) << "the talking one was closed";
  std::string last;
  do last = pinging.receive();
  while (last == "pong p");
  EXPECT_EQ(last, "close 1001 Going away");
}

// P-33
TEST_F(LifecycleTest, ALifetimeEndsWhateverTheTraffic) {
  GatewayOptions options;
  options.lifetime = base::Duration(200);
  start(options);
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const auto begin = base::monotonic_now();
  while (client.tcp().is_silent(base::Duration(20))) client.send_text("x");
  EXPECT_EQ(client.receive(), "close 1001 Going away");
  EXPECT_GE(base::monotonic_now() - begin, base::Duration(195));
}

TEST_F(LifecycleTest, APingIsAnsweredOrNotAsToldAndReachesNoFunction) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  invoker_->take("connect");
  client.send_frame(0x89, "payload");
  EXPECT_EQ(client.receive(), "pong payload");
  EXPECT_EQ(invoker_->calls_count(), 0U);
}

TEST_F(LifecycleTest, WithAnsweringSwitchedOffAPingIsIgnored) {
  GatewayOptions options;
  options.answer_ping = false;
  start(options);
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  client.send_frame(0x89, "payload");
  client.send_close(1000);
  EXPECT_EQ(client.receive(), "close 1000 ");
}

TEST_F(LifecycleTest, ADropResetsTheLinkWithoutACloseFrame) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  thread_.run([&] {
    std::string id;
    gateway_->for_each([&](const GatewayConnection& c) { id = c.identity().connection_id; });
    gateway_->find(id)->drop();
  });
  EXPECT_EQ(client.receive(), "end");
  EXPECT_THAT(disconnect_told(), StartsWith("1006 "));
}

TEST_F(LifecycleTest, AClientThatNeverAnswersACloseIsLeftAfterAWhile) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  thread_.run([&] { gateway_->close_all(); });
  EXPECT_EQ(client.receive(), "close 1001 Going away");
  const auto begin = base::monotonic_now();
  wait_until_gone();
  EXPECT_LT(base::monotonic_now() - begin, base::Duration(9000));
  EXPECT_EQ(invoker_->calls_count(), 1U)
      << "only $connect ran: an emulator that ends calls nothing";
}

TEST_F(LifecycleTest, AConnectionThatClosesWhileItsMessageRunsGetsNoReply) {
  start();
  auto client = connect();
  client.send_text(R"({"action":"echo"})");
  auto call = invoker_->take("echo");
  client.send_close(1000);
  EXPECT_EQ(client.receive(), "close 1000 ");
  answer(call, success(R"({"body":"late"})"));
  EXPECT_EQ(client.tcp().receive_all(), "");
}

}  // namespace
}  // namespace beckon::emulator
