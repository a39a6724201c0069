// SPDX-License-Identifier: Apache-2.0
// Who was let in is out once he would not be let in any more, whatever is under way, and though
// nobody closed his connection (P-56, P-57, P-58).
#include <gtest/gtest.h>

#include <functional>

#include "lambdas/connect/handler.h"
#include "lambdas/send/handler.h"
#include "tests/unit/lambdas/backend/device_world.h"

namespace beckon::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kOk = R"({"statusCode":200})";
constexpr const char* kForbidden = R"({"statusCode":403})";

class Admission : public ::testing::Test {
 protected:
  Admission() { add(key_); }

  void add(const crypto::PrivateKey& key, const std::string& user = "Bob") {
    ASSERT_TRUE(lambdas::add_device(world_.host, "laptop", user, key.public_key()));
    world_.pace.wait(1s);
  }
  void rotate(const crypto::PrivateKey& key, base::Duration overlap) {
    ASSERT_TRUE(lambdas::rotate_key(world_.host, "laptop", key.public_key(), overlap));
  }
  void disable() { ASSERT_TRUE(lambdas::disable_device(world_.host, "laptop")); }
  void remove() { ASSERT_TRUE(lambdas::remove_device(world_.host, "laptop")); }

  // What authorize lets in with this key; connect has not run.
  Caller admitted(const crypto::PrivateKey& key) {
    world_.pace.wait(1s);
    EXPECT_EQ(world_.present(world_.token("laptop", key)), "Bob/laptop");
    return {"Bob", "laptop", "c" + std::to_string(++connections_), world_.now_ms(),
            world_.admitted_key};
  }

  std::string connect(const Caller& caller) {
    const auto result =
        lambdas::handle_connect(world_.host, lambdas::AuthMode::kDeviceKey, connect_event(caller));
    if (result == kOk) world_.connections.open(caller.connection);
    return result.value_or("failed");
  }

  // An open connection that no row shows, so that nobody closes it: an event was pushed while it
  // was being opened, was answered with 410, and its row was removed.
  Caller unseen(const crypto::PrivateKey& key) {
    Caller caller = admitted(key);
    EXPECT_EQ(connect(caller), kOk);
    world_.connections.drop(caller.connection);
    EXPECT_TRUE(world_.post("Bob", "too early " + caller.connection));
    EXPECT_FALSE(world_.row("connections", "Bob", caller.connection));
    world_.connections.open(caller.connection);
    return caller;
  }

  std::string send(const Caller& caller, const char* more = "") {
    const std::string body =
        std::string(R"({"action":"send","name":"n","data":{"text":"mine"})") + more + "}";
    const auto answered = lambdas::handle_send(
        world_.host, {&world_.memory}, message_event(caller, "send", body), world_.deadline());
    return answered ? body_of(*answered) : answered.error().message;
  }

  // Neither word of this connection counts, and each ends it.
  void expect_out(const Caller& caller, const std::string& after) {
    const std::size_t stored = world_.stored("Bob").size();
    const std::vector<std::function<std::string()>> words = {
        [&] { return world_.sync(caller, {}).value_or("failed"); }, [&] { return send(caller); },
        [&] { return send(caller, R"(,"to":"everyone")"); }};
    for (const auto& say : words) {
      world_.connections.open(caller.connection);
      EXPECT_EQ(error_code(say()), "denied") << after;
      EXPECT_FALSE(world_.connections.is_open(caller.connection)) << after;
      EXPECT_FALSE(world_.row("connections", "Bob", caller.connection)) << after;
    }
    EXPECT_EQ(world_.stored("Bob").size(), stored) << after;
  }

  DeviceWorld world_;
  const crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  const crypto::PrivateKey other_ = crypto::PrivateKey::generate();
  int connections_ = 0;
};

TEST_F(Admission, ConnectRegistersNobody) {
  const std::string key = key_.public_key().to_text();
  EXPECT_EQ(connect({"Bob", "phone", "c1", 1, key}), kForbidden);
  EXPECT_FALSE(world_.row("devices", "phone"));
  EXPECT_FALSE(world_.row("connections", "Bob", "c1"));
  EXPECT_EQ(connect({"Alice", "laptop", "c2", 1, key}), kForbidden);
  EXPECT_EQ(connect({"Bob", "laptop", "c3", 1, key}), kOk);
  EXPECT_TRUE(world_.row("connections", "Bob", "c3"));
}

// authorize has let it in; then the operator acts, who sees no connection to close.
TEST_F(Admission, WhatIsChangedDuringAHandshakeEndsIt) {
  const std::vector<std::function<void()>> changes = {[&] { disable(); }, [&] { remove(); },
                                                      [&] { rotate(other_, base::Duration(0)); },
                                                      [&] {
                                                        remove();
                                                        add(other_);
                                                      },
                                                      [&] {
                                                        remove();
                                                        add(key_, "Alice");
                                                      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Caller caller = admitted(key_);
    changes[i]();
    EXPECT_EQ(connect(caller), kForbidden) << i;
    EXPECT_FALSE(world_.row("connections", "Bob", caller.connection)) << i;
    if (world_.row("devices", "laptop")) remove();
    add(key_);
  }
}

// The operator acts between connect's two calls: the row is there before the device is looked at,
// so that one of the two sees the other.
TEST_F(Admission, WhatIsChangedWhileConnectRunsIsSeenByItOrSeesTheConnection) {
  for (const Operation at : {Operation::kPut, Operation::kGet}) {
    const Caller caller = admitted(key_);
    bool once = false;
    bool is_seen = false;
    world_.database.set_decide([&](Operation operation, const std::string&) {
      if (operation == at && !std::exchange(once, true)) {
        disable();
        is_seen = world_.row("connections", "Bob", caller.connection).has_value();
      }
      return Fault::kNone;
    });
    EXPECT_TRUE(connect(caller) == kForbidden || is_seen);
    EXPECT_TRUE(once);
    world_.database.set_decide({});
    remove();
    add(key_);
  }
}

TEST_F(Admission, AConnectionThatNobodyClosedIsWorthNothingOnceItsDeviceIsOut) {
  Caller thief = unseen(key_);
  disable();
  expect_out(thief, "disable");
  remove();
  expect_out(thief, "remove");
  add(other_);
  expect_out(thief, "remove and add with another key");
  remove();
  add(key_, "Alice");
  expect_out(thief, "remove and add for another owner");
}

// P-56: an overlap holds for connections as it does for tokens.
TEST_F(Admission, AConnectionOfAnOldKeyLastsAsLongAsTheKeyDoes) {
  const Caller old = unseen(key_);
  rotate(other_, 24h);
  EXPECT_EQ(error_code(world_.sync(old, {}).value_or("failed")), "");
  EXPECT_EQ(error_code(send(old)), "");
  world_.pace.wait(24h);
  expect_out(old, "the end of the overlap");
  const Caller other = unseen(other_);
  const crypto::PrivateKey third = crypto::PrivateKey::generate();
  rotate(third, base::Duration(0));
  expect_out(other, "a rotation without overlap");
  const Caller newest = unseen(third);
  EXPECT_EQ(error_code(world_.sync(newest, {}).value_or("failed")), "");
  EXPECT_EQ(error_code(send(newest)), "");
}

TEST_F(Admission, ASyncThatWasUnderWayEndsItsConnection) {
  const std::vector<std::function<void()>> changes = {[&] { disable(); },
                                                      [&] { rotate(other_, base::Duration(0)); },
                                                      [&] {
                                                        remove();
                                                        add(key_, "Alice");
                                                      },
                                                      [&] { remove(); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Caller caller = admitted(key_);
    ASSERT_EQ(connect(caller), kOk);
    // In the middle of the sync, after the row was read.
    bool once = false;
    world_.database.set_decide([&](Operation operation, const std::string& table) {
      if (operation == Operation::kUpdate && table == "devices" && !std::exchange(once, true)) {
        changes[i]();
      }
      return Fault::kNone;
    });
    const auto frame = world_.sync(caller, {});
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(error_code(*frame), "denied") << i;
    EXPECT_FALSE(world_.connections.is_open(caller.connection)) << i;
    EXPECT_FALSE(world_.row("connections", "Bob", caller.connection)) << i;
    world_.database.set_decide({});
    if (i + 1 == changes.size()) break;
    if (world_.row("devices", "laptop")) remove();
    add(key_);
  }
  EXPECT_FALSE(world_.row("devices", "laptop")) << "a sync does not make the row again";
}

}  // namespace
}  // namespace beckon::tests
