// SPDX-License-Identifier: Apache-2.0
// What being refused means for delivery: nothing is lost while a device is refused, for whatever
// reason, and it comes in order and once when the device is let in again (docs/RELIABILITY.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "lambdas/connect/handler.h"
#include "tests/unit/lambdas/backend/device_world.h"

namespace beckon::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class IdentityDelivery : public ::testing::Test {
 protected:
  IdentityDelivery() {
    EXPECT_TRUE(lambdas::add_device(world_.host, "laptop", "Bob", key_.public_key()));
    world_.pace.wait(1s);
    EXPECT_EQ(visit(token()), "Bob/laptop");
    post("one");
    world_.pace.wait(1s);
    EXPECT_EQ(visit(token()), "Bob/laptop");
    EXPECT_THAT(came_, ElementsAre("one"));
    came_.clear();
    world_.pace.wait(1s);
  }

  void post(const std::string& text) { ASSERT_TRUE(world_.post("Bob", text)); }

  // A token by the device's clock, which may be wrong.
  std::string token() {
    identity::DeviceClaims claims = world_.claims("laptop");
    claims.issued_at_ms += clock_error_.count();
    claims.expires_at_ms += clock_error_.count();
    return identity::sign_device_token(claims, key_);
  }

  // An attempt to connect with this token; what authorize says. If it lets the device in, the
  // device asks for what it missed, and acknowledges that.
  std::string visit(const std::string& token) {
    const std::string result = world_.present(token);
    if (result != "Bob/laptop") return result;
    const Caller caller{"Bob", "laptop", "c" + std::to_string(++visits_), world_.now_ms(),
                        world_.admitted_key};
    EXPECT_EQ(
        lambdas::handle_connect(world_.host, lambdas::AuthMode::kDeviceKey, connect_event(caller))
            .value_or("failed"),
        R"({"statusCode":200})");
    world_.connections.open(caller.connection);
    for (int i = 0; i < 2; ++i) {
      const auto synced =
          world_.synced(caller, cursor_ ? from_cursor(*cursor_) : protocol::SyncRequest{});
      for (const std::string& text : texts(synced)) came_.push_back(text);
      cursor_ = synced.cursor;
    }
    world_.connections.drop(caller.connection);
    return result;
  }

  // Refused while this lasts: nothing comes, nothing is lost.
  void expect_nothing_lost(const char* status, const std::function<void()>& let_in) {
    post("two");
    EXPECT_EQ(visit(token()), status);
    world_.pace.wait(10min);
    post("three");
    EXPECT_EQ(visit(token()), status);
    EXPECT_THAT(came_, IsEmpty());
    let_in();
    world_.pace.wait(1s);
    EXPECT_EQ(visit(token()), "Bob/laptop");
    EXPECT_THAT(came_, ElementsAre("two", "three"));
    world_.pace.wait(1s);
    EXPECT_EQ(visit(token()), "Bob/laptop");
    EXPECT_THAT(came_, ElementsAre("two", "three")) << "once";
  }

  DeviceWorld world_;
  crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  base::Duration clock_error_{0};
  std::optional<protocol::Cursor> cursor_;
  std::vector<std::string> came_;
  int visits_ = 0;
};

// P-57
TEST_F(IdentityDelivery, ADisabledDeviceGetsEverythingOnceItIsEnabled) {
  ASSERT_TRUE(lambdas::disable_device(world_.host, "laptop"));
  expect_nothing_lost("403", [&] { ASSERT_TRUE(lambdas::enable_device(world_.host, "laptop")); });
}

// P-56
TEST_F(IdentityDelivery, ADeviceWhoseKeyWasRetiredGetsEverythingWithItsNewOne) {
  const crypto::PrivateKey fresh = crypto::PrivateKey::generate();
  ASSERT_TRUE(lambdas::rotate_key(world_.host, "laptop", fresh.public_key(), base::Duration(0)));
  expect_nothing_lost("401", [&] { key_ = fresh; });
}

// The row is new, and knows no cursor; the device's own counts.
TEST_F(IdentityDelivery, ADeviceThatWasRemovedGetsEverythingOnceItIsAddedAgain) {
  ASSERT_TRUE(lambdas::remove_device(world_.host, "laptop"));
  expect_nothing_lost("401", [&] {
    ASSERT_TRUE(lambdas::add_device(world_.host, "laptop", "Bob", key_.public_key()));
  });
}

// P-53
TEST_F(IdentityDelivery, ADeviceWhoseClockIsBehindGetsEverythingOnceItIsPutRight) {
  clock_error_ = -base::Duration(10min);
  expect_nothing_lost("403", [&] { clock_error_ = base::Duration(0); });
}

// P-53
TEST_F(IdentityDelivery, ADeviceWhoseClockIsAheadGetsEverythingOnceItIsPutRight) {
  clock_error_ = base::Duration(10min);
  expect_nothing_lost("403", [&] { clock_error_ = base::Duration(0); });
}

// P-53: ahead within the skew it is let in, and waits a minute at most after it is put right.
TEST_F(IdentityDelivery, AClockThatIsPutRightCostsAMinuteAndNoEvent) {
  clock_error_ = base::Duration(60s);
  ASSERT_EQ(visit(token()), "Bob/laptop");
  clock_error_ = base::Duration(0);
  post("two");
  world_.pace.wait(59s);
  EXPECT_EQ(visit(token()), "403");
  EXPECT_THAT(came_, IsEmpty());
  world_.pace.wait(1s + 1ms);
  EXPECT_EQ(visit(token()), "Bob/laptop");
  EXPECT_THAT(came_, ElementsAre("two"));
}

// P-52: a token that was delayed on its way, and one that somebody presents again, cost the device
// nothing; the next attempt has a token of its own.
TEST_F(IdentityDelivery, ALateOrARepeatedTokenCostsNoEvent) {
  const std::string late = token();
  world_.pace.wait(1s);
  const std::string used = token();
  ASSERT_EQ(visit(used), "Bob/laptop");
  post("two");
  for (const std::string& one : {late, used}) EXPECT_EQ(visit(one), "403");
  world_.pace.wait(10min);
  EXPECT_EQ(visit(late), "403") << "and expired";
  EXPECT_THAT(came_, IsEmpty());
  EXPECT_EQ(visit(token()), "Bob/laptop");
  EXPECT_THAT(came_, ElementsAre("two"));
}

}  // namespace
}  // namespace beckon::tests
