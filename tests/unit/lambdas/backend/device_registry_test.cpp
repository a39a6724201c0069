// SPDX-License-Identifier: Apache-2.0
// What operators do with devices: add, rotate, disable, remove, close.
#include "lambdas/backend/device_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/identity/claim_code.h"
#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/device_world.h"

namespace beckon::tests {
namespace {

using base::ErrorCode;
using ::testing::HasSubstr;
namespace schema = lambdas::schema;
using namespace std::chrono_literals;

constexpr base::Duration kBudget = 1s;

class DeviceRegistry : public ::testing::Test {
 protected:
  base::Status add(const std::string& device, const std::string& user) {
    return lambdas::add_device(world_.host, device, user, key_.public_key());
  }
  lambdas::Item row(const std::string& device) {
    return world_.row("devices", device).value_or(lambdas::Item{});
  }
  std::string text(const std::string& device, const char* attribute) {
    const lambdas::Item item = row(device);
    return std::string(lambdas::string_of(item, attribute).value_or("none"));
  }

  DeviceWorld world_;
  const crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  const crypto::PrivateKey other_ = crypto::PrivateKey::generate();
};

TEST_F(DeviceRegistry, ADeviceIsAddedOnceWhoeverAsks) {
  ASSERT_TRUE(add("laptop", "Bob"));
  EXPECT_EQ(text("laptop", schema::kUserId), "Bob");
  EXPECT_EQ(text("laptop", schema::kPublicKey), key_.public_key().to_text());
  for (const char* user : {"Bob", "Mallory"}) {
    const auto again = add("laptop", user);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::kAlreadyExists);
    EXPECT_THAT(again.error().message, HasSubstr("of user \"Bob\""));
    EXPECT_THAT(again.error().message, HasSubstr(key_.public_key().fingerprint()));
  }
  EXPECT_EQ(text("laptop", schema::kUserId), "Bob");
}

TEST_F(DeviceRegistry, AnIdThatCannotBeOneIsRefused) {
  for (const std::string& id : {std::string(), std::string(129, 'x'), std::string("a\nb"),
                                std::string("\xff"), std::string("claim#ABCD1234")}) {
    EXPECT_EQ(add(id, "Bob").error().code, ErrorCode::kInvalid) << id;
  }
  EXPECT_EQ(add("laptop", "").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(lambdas::claim_device(world_.host, "ABCD1234", "").error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(world_.memory.rows("devices").empty());
}

// P-58: the way out of open mode.
TEST_F(DeviceRegistry, ADeviceRegisteredByNameGetsAKeyFromItsOwnerAndKeepsItsCursor) {
  ASSERT_TRUE(world_.post("Bob", "1"));
  world_.synced(world_.connect("Bob", "laptop"), {});
  const std::string cursor = text("laptop", schema::kCursor);
  ASSERT_NE(cursor, "none");
  const auto stolen = add("laptop", "Mallory");
  ASSERT_FALSE(stolen);
  EXPECT_THAT(stolen.error().message, HasSubstr("registered in open mode"));
  ASSERT_TRUE(add("laptop", "Bob"));
  EXPECT_EQ(text("laptop", schema::kCursor), cursor);
  EXPECT_FALSE(row("laptop").contains(schema::kExpiresAt)) << "it does not expire any more";
}

// A sync that read the row before it got its key does not make it expire again, and a connection
// that was opened by name ends.
TEST_F(DeviceRegistry, ASyncThatWasUnderWayDoesNotMakeADeviceWithAKeyExpire) {
  const Caller laptop = world_.connect("Bob", "laptop");
  bool once = false;
  world_.database.set_decide([&](Operation operation, const std::string& table) {
    if (operation == Operation::kUpdate && table == "devices" && !std::exchange(once, true)) {
      EXPECT_TRUE(add("laptop", "Bob"));
    }
    return Fault::kNone;
  });
  EXPECT_EQ(error_code(world_.sync(laptop, {}).value_or("")), "denied");
  EXPECT_FALSE(row("laptop").contains(schema::kExpiresAt));
  EXPECT_TRUE(row("laptop").contains(schema::kPublicKey));
}

TEST_F(DeviceRegistry, WhatIsNotThereOrHasNoKeyIsSaid) {
  world_.connect("Bob", "phone");  // by name
  const auto each = [&](const std::string& device) {
    return std::vector<base::Status>{
        lambdas::rotate_key(world_.host, device, other_.public_key(), 1h),
        lambdas::disable_device(world_.host, device), lambdas::enable_device(world_.host, device)};
  };
  for (const base::Status& status : each("none")) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(lambdas::remove_device(world_.host, "none").error().code, ErrorCode::kNotFound);
  for (const base::Status& status : each("phone")) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(status.error().message, HasSubstr("registered in open mode"));
  }
  EXPECT_FALSE(row("none").contains(schema::kDisabledAt)) << "and nothing was made";
  ASSERT_TRUE(lambdas::remove_device(world_.host, "phone"));
  EXPECT_TRUE(row("phone").empty());
}

// P-56
TEST_F(DeviceRegistry, ARotationToTheSameKeyOrOverAnotherOneIsRefused) {
  ASSERT_TRUE(add("laptop", "Bob"));
  EXPECT_EQ(lambdas::rotate_key(world_.host, "laptop", key_.public_key(), 1h).error().code,
            ErrorCode::kInvalid);
  const crypto::PrivateKey third = crypto::PrivateKey::generate();
  bool once = false;
  world_.database.set_decide([&](Operation operation, const std::string&) {
    if (operation == Operation::kUpdate && !std::exchange(once, true)) {
      EXPECT_TRUE(lambdas::rotate_key(world_.host, "laptop", third.public_key(), 1h));
    }
    return Fault::kNone;
  });
  EXPECT_EQ(lambdas::rotate_key(world_.host, "laptop", other_.public_key(), 1h).error().code,
            ErrorCode::kConflict);
  EXPECT_EQ(text("laptop", schema::kPublicKey), third.public_key().to_text());
}

// P-56: a rotation that turns out to have been over a stolen key.
TEST_F(DeviceRegistry, TheOverlapEndsNowIfThePresentKeyIsGivenAgainWithoutOne) {
  ASSERT_TRUE(add("laptop", "Bob"));
  const auto again = [&](base::Duration overlap) {
    return lambdas::rotate_key(world_.host, "laptop", other_.public_key(), overlap);
  };
  ASSERT_TRUE(again(24h));
  world_.pace.wait(1s);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
  EXPECT_THAT(again(1h).error().message, HasSubstr("--overlap 0s"));
  ASSERT_TRUE(again(0s));
  world_.pace.wait(1s);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "401");
  EXPECT_EQ(world_.present(world_.token("laptop", other_)), "Bob/laptop");
  EXPECT_EQ(again(0s).error().code, ErrorCode::kInvalid) << "there is none any more";
}

// P-61, P-62: what the operator does not see any more at the code is not registered.
TEST_F(DeviceRegistry, ACodeThatIsChangedWhileItIsClaimedIsNotUsed) {
  world_.settings.enrolment = true;
  identity::DeviceClaims claims = world_.claims("laptop");
  claims.enrolment_key = key_.public_key();
  const std::string code = identity::claim_code(key_.public_key(), "laptop");
  const auto code_row = [&]() -> lambdas::Item& {
    return world_.memory.rows("devices")[{schema::claim_key(code), ""}];
  };
  const std::vector<std::function<void()>> changes = {
      [&] { code_row()[schema::kConflictAt] = lambdas::number(1); },
      [&] { code_row()[schema::kPublicKey] = other_.public_key().to_text(); },
      [&] { code_row()[schema::kClaimDevice] = "another"; }};
  for (const auto& change : changes) {
    EXPECT_EQ(world_.present(identity::sign_device_token(claims, key_)), "403");
    world_.database.set_decide([&](Operation operation, const std::string&) {
      if (operation == Operation::kTransact) change();
      return Fault::kNone;
    });
    EXPECT_EQ(lambdas::claim_device(world_.host, code, "Bob").error().code, ErrorCode::kConflict);
    world_.database.set_decide({});
    EXPECT_TRUE(row("laptop").empty());
    world_.memory.rows("devices").clear();
  }
}

// P-57
TEST_F(DeviceRegistry, ClosingEndsTheDevicesConnectionsAndNoOthers) {
  const Caller one = world_.connect("Bob", "laptop");
  const Caller two = world_.connect("Bob", "laptop");
  const Caller phone = world_.connect("Bob", "phone");
  const Caller gone = world_.connect("Bob", "laptop");
  world_.connections.drop(gone.connection);
  const auto closed = lambdas::close_connections(world_.host, "Bob", "laptop", kBudget);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->closed, 2U);
  EXPECT_EQ(closed->failed, 0U);
  for (const Caller& caller : {one, two, gone}) {
    EXPECT_FALSE(world_.connections.is_open(caller.connection));
    EXPECT_FALSE(world_.row("connections", "Bob", caller.connection));
  }
  EXPECT_TRUE(world_.connections.is_open(phone.connection));
  EXPECT_TRUE(world_.row("connections", "Bob", phone.connection));
}

TEST_F(DeviceRegistry, AConnectionThatCannotBeClosedIsCountedAndItsRowStays) {
  class Refusing final : public lambdas::Connections {
   public:
    std::vector<lambdas::PostOutcome> post(std::span<const std::string> ids, std::string_view,
                                           base::Duration) override {
      return std::vector<lambdas::PostOutcome>(ids.size(), lambdas::PostOutcome::kFailed);
    }
    std::vector<lambdas::PostOutcome> close(std::span<const std::string> ids,
                                            base::Duration) override {
      return std::vector<lambdas::PostOutcome>(ids.size(), lambdas::PostOutcome::kThrottled);
    }
  } refusing;
  const Caller one = world_.connect("Bob", "laptop");
  lambdas::Host host{world_.database, refusing, world_.pace, base::null_log(), world_.host.tables};
  const auto closed = lambdas::close_connections(host, "Bob", "laptop", kBudget);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->closed, 0U);
  EXPECT_EQ(closed->failed, 1U);
  EXPECT_TRUE(world_.row("connections", "Bob", one.connection));
}

}  // namespace
}  // namespace beckon::tests
