// SPDX-License-Identifier: Apache-2.0
// Links and posts that fail as networks and AWS make them fail.
#include <gmock/gmock.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "common/base/bytes.h"
#include "tests/unit/emulator/gateway/gateway_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using tests::http_request;

class FaultsTest : public GatewayFixture {
 protected:
  FaultsTest() { add_usual_routes(); }

  int post(const std::string& id, std::string_view body) {
    return http_request("127.0.0.1", port_, "POST", "/dev/@connections/" + base::percent_encode(id),
                        {}, body)
        .status;
  }
  void on_posts(PostFault fault) {
    thread_.run([&] {
      gateway_->set_faults({.post = [fault](const std::string&) { return fault; }, .message = {}});
    });
  }
  void on_messages(LinkFault fault) {
    thread_.run([&] {
      gateway_->set_faults({.post = {}, .message = [fault](const std::string&) { return fault; }});
    });
  }
  std::size_t open_count() {
    std::size_t count = 0;
    thread_.run([&] { count = gateway_->connections_count(); });
    return count;
  }
};

TEST_F(FaultsTest, APostIsSwallowedThrottledOrGoneThoughTheConnectionIsThere) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  on_posts(PostFault::kSwallow);
  EXPECT_EQ(post(id, "swallowed"), 200);
  on_posts(PostFault::kThrottle);
  EXPECT_EQ(post(id, "throttled"), 429);
  on_posts(PostFault::kGone);
  EXPECT_EQ(post(id, "gone"), 410);
  on_posts(PostFault::kNone);
  EXPECT_EQ(post(id, "delivered"), 200);
  EXPECT_EQ(client.receive(), "delivered");
}

TEST_F(FaultsTest, ACutLinkTakesTheMessageWithItAndTheSenderHearsNothingOfIt) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  on_messages(LinkFault::kCut);
  EXPECT_EQ(post(id, "lost"), 200);
  EXPECT_EQ(client.receive(), "end");
  EXPECT_THAT(invoker_->take("disconnect").event, HasSubstr("1006"));
  EXPECT_EQ(post(id, "later"), 410);

  auto sender = connect();
  ASSERT_TRUE(sender.is_open());
  sender.send_text(R"({"action":"note"})");
  EXPECT_EQ(sender.receive(), "end");
  invoker_->take("connect");
  invoker_->take("connect");
  invoker_->take("disconnect");
  EXPECT_EQ(invoker_->calls_count(), 0U) << "the message reached no function";
}

TEST_F(FaultsTest, AHalfOpenLinkSwallowsEverythingInBothDirections) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  on_messages(LinkFault::kHalfOpen);
  EXPECT_EQ(post(id, "lost"), 200);
  on_messages(LinkFault::kNone);
  EXPECT_EQ(post(id, "lost too"), 200) << "here the connection is as open as ever";
  client.send_text(R"({"action":"echo"})");
  client.send_frame(0x89, "ping");
  EXPECT_TRUE(client.tcp().is_silent(base::Duration(100)));
  int unacknowledged = 0;
  ASSERT_EQ(ioctl(client.tcp().fd(), SIOCOUTQ, &unacknowledged), 0);
  EXPECT_GT(unacknowledged, 0) << "not even TCP answers";
  EXPECT_EQ(open_count(), 1U);

  // Its end here is no end there.
  thread_.run([&] { gateway_->find(id)->close(1000, "Connection Closed Normally"); });
  EXPECT_THAT(invoker_->take("disconnect").event, HasSubstr("1000"));
  EXPECT_EQ(links_count(), 0U);
  EXPECT_TRUE(client.tcp().is_silent(base::Duration(100)));
  EXPECT_EQ(post(id, "x"), 410);
}

TEST_F(FaultsTest, AMessageThatSilencesItsLinkIsTheLastThatIsRead) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  invoker_->take("connect");
  on_messages(LinkFault::kHalfOpen);
  client.send_text(R"({"action":"note"})");
  client.send_text(R"({"action":"note"})");
  EXPECT_TRUE(client.tcp().is_silent(base::Duration(50)));
  EXPECT_EQ(invoker_->calls_count(), 0U);
}

}  // namespace
}  // namespace beckon::emulator
