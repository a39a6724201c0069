// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/emulator/http/server_fixture.h"

namespace beckon::emulator {
namespace {

using tests::read_reply;

constexpr std::string_view kUpgrade =
    "GET /dev HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n";

class HttpUpgradeTest : public ServerFixture {
 protected:
  ~HttpUpgradeTest() override {
    thread_.run([this] { held_.reset(); });
  }

  void start_upgrading() {
    HttpListener listener;
    listener.on_upgrade = [this](HttpRequest& request, std::unique_ptr<HttpUpgrade> upgrade) {
      EXPECT_EQ(request.path, "/dev");
      held_ = std::move(upgrade);
    };
    start(std::move(listener));
  }

  void wait_until_held() {
    bool held = false;
    while (!held) thread_.run([&] { held = held_ != nullptr; });
  }

  std::unique_ptr<HttpUpgrade> held_;  // touched on the loop's thread only
};

TEST_F(HttpUpgradeTest, TheRequestIsHeldUntilItIsRefused) {
  start_upgrading();
  auto c = client();
  c.send(kUpgrade);
  wait_until_held();
  EXPECT_TRUE(c.is_silent(base::Duration(20)));
  thread_.run([&] { held_->refuse(HttpResponse{.status = 401, .headers = {}, .body = "no"}); });
  const auto reply = read_reply(c);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.body, "no");
  EXPECT_EQ(c.receive_all(), "");
}

TEST_F(HttpUpgradeTest, ATakenSocketBelongsToTheCallerWithWhatCameBehindTheRequest) {
  start_upgrading();
  auto c = client();
  c.send(std::string(kUpgrade) + "early");
  wait_until_held();
  c.send("+late");
  std::optional<HttpUpgrade::Socket> socket;
  thread_.run([&] { socket = held_->take(); });
  ASSERT_TRUE(socket);
  std::string all = socket->received;
  char byte = 0;
  while (all.size() < 10) {
    if (recv(socket->stream.fd(), &byte, 1, 0) == 1) all += byte;
  }
  EXPECT_EQ(all, "early+late");
  EXPECT_EQ(connections_count(), 0U);
  EXPECT_EQ(send(socket->stream.fd(), "raw", 3, 0), 3);
  EXPECT_EQ(c.receive(3), "raw");
}

TEST_F(HttpUpgradeTest, TakingFromAClientThatHasLeftGivesNothing) {
  start_upgrading();
  {
    auto c = client();
    c.send(kUpgrade);
    wait_until_held();
  }
  while (connections_count() != 0) {
  }
  thread_.run([&] { EXPECT_FALSE(held_->take()); });
}

TEST_F(HttpUpgradeTest, AnUpgradeThatNobodyDecidesIsAnswered500) {
  start_upgrading();
  auto c = client();
  c.send(kUpgrade);
  wait_until_held();
  thread_.run([&] { held_.reset(); });
  EXPECT_EQ(read_reply(c).status, 500);
}

TEST_F(HttpUpgradeTest, OtherUpgradesAreIgnored) {
  start_upgrading();
  auto c = client();
  c.send("GET /x HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n");
  EXPECT_EQ(read_reply(c).status, 200);
  c.send("GET /y HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");  // without Connection: upgrade
  EXPECT_EQ(read_reply(c).status, 200);
}

}  // namespace
}  // namespace beckon::emulator
