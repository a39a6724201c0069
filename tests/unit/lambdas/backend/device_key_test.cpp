// SPDX-License-Identifier: Apache-2.0
// authorize with AuthMode=device-key: each reason to refuse, its status, and its name in the log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/base/bytes.h"
#include "common/crypto/hash.h"
#include "common/identity/claim_code.h"
#include "lambdas/backend/schema.h"
#include "lambdas/connect/handler.h"
#include "tests/unit/lambdas/backend/device_world.h"

namespace beckon::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace schema = lambdas::schema;
using namespace std::chrono_literals;

class DeviceKey : public ::testing::Test {
 protected:
  DeviceKey() {
    EXPECT_TRUE(lambdas::add_device(world_.host, "laptop", "Bob", key_.public_key()));
    world_.pace.wait(1s);
  }

  // A token of the device with something changed.
  template <class Change>
  std::string with(const Change& change) {
    identity::DeviceClaims claims = world_.claims("laptop");
    change(claims);
    return world_.present(identity::sign_device_token(claims, key_));
  }
  void expect_logged(const char* name) { EXPECT_THAT(world_.log.take(), HasSubstr(name)); }

  DeviceWorld world_;
  const crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  const crypto::PrivateKey other_ = crypto::PrivateKey::generate();
};

// P-50, P-58
TEST_F(DeviceKey, ATokenOfARegisteredDeviceAdmitsItAsItsOwners) {
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
  EXPECT_THAT(world_.log.take(), HasSubstr("device \"laptop\" of user \"Bob\" admitted"));
  world_.pace.wait(1ms);
  EXPECT_EQ(world_.authorize("bearer " + world_.token("laptop", key_)), "Bob/laptop")
      << "the scheme's case does not matter";
}

// P-55: who cannot prove to be a known device is not told what is wrong.
TEST_F(DeviceKey, WithoutProofItIs401) {
  const std::string good = world_.token("laptop", key_);
  const std::string text = good.substr(0, good.rfind('.'));
  const std::string none =
      base::base64url(R"({"alg":"none","kid":"laptop"})") + good.substr(good.find('.'));
  const std::string hs256 =
      base::base64url(R"({"alg":"HS256","kid":"laptop"})") + text.substr(text.find('.'));
  const std::string mac =
      base::base64url(crypto::hmac_sha256(key_.public_key().to_pem(), hs256).view());
  std::string altered = good;
  altered[altered.find('.') + 10] ^= 1;
  const struct {
    std::string authorization;
    const char* name;
  } cases[] = {
      {"", "token_missing"},
      {"Bearer", "token_malformed"},
      {"Bearer ", "token_malformed"},
      {"Basic Ym9iOmJvYg==", "token_malformed"},
      {good, "token_malformed"},
      {"Bearer x.y.z", "token_malformed"},
      {"Bearer " + good + ", Bearer " + good, "token_malformed"},
      {"Bearer " + none, "token_malformed"},
      {"Bearer " + hs256 + "." + mac, "token_malformed"},
      {"Bearer " + world_.token("phone", key_), "device_unknown"},
      {"Bearer " + world_.token("claim#ABCD1234", key_), "device_unknown"},
      {"Bearer " + world_.token("laptop", other_), "signature_wrong"},
      {"Bearer " + text + "." + base::base64url(std::string(64, '\1')), "signature_wrong"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(world_.authorize(one.authorization), "401") << one.authorization;
    expect_logged(one.name);
  }
  EXPECT_EQ(world_.authorize("Bearer " + altered), "401");
  world_.authorization_headers = 2;
  EXPECT_EQ(world_.present(good), "401") << "of two headers nobody could say which one counts";
  world_.authorization_headers = 1;
  EXPECT_EQ(world_.present(good), "Bob/laptop") << "none of that has used the good one up";
}

// P-54
TEST_F(DeviceKey, ATokenForAnotherApiOrStageIs403) {
  for (const char* audience :
       {"ab12cd34ef.execute-api.eu-west-1.amazonaws.com/dev",
        "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
        "zz12cd34ef.execute-api.eu-west-1.amazonaws.com/prod",
        "ab12cd34ef.execute-api.eu-west-1.amazonaws.com/prod/x", "prod", "*"}) {
    EXPECT_EQ(with([&](auto& claims) { claims.audience = audience; }), "403") << audience;
    expect_logged("audience_wrong");
  }
  world_.settings.audiences = {"events.example", "other.example/v1"};
  EXPECT_EQ(with([](auto& claims) { claims.audience = "events.example"; }), "Bob/laptop");
  world_.pace.wait(1ms);
  EXPECT_EQ(with([](auto& claims) { claims.audience = kAudience; }), "Bob/laptop");
  EXPECT_EQ(with([](auto& claims) { claims.audience = "events.example/prod"; }), "403");
}

// P-53: each bound of the times, at the last millisecond that is good and the first that is not.
TEST_F(DeviceKey, TimesAreHeldToTheSkewOnBothSides) {
  const std::int64_t now = world_.now_ms();
  const struct {
    std::int64_t issued, expires;
    const char* result;
    const char* name;
  } cases[] = {
      {now - 300'000, now - 60'000, "403", "token_expired"},
      {now + 60'001, now + 120'000, "403", "token_not_yet_valid"},
      {now, now + 300'001, "403", "lifetime_wrong"},
      {now, now, "403", "lifetime_wrong"},
      {now, now - 1, "403", "lifetime_wrong"},
      {now - 999, now - 59'999 + 60'000, "Bob/laptop", "admitted"},
      {now, now + 300'000, "Bob/laptop", "admitted"},
      {now + 60'000, now + 120'000, "Bob/laptop", "admitted"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(with([&](auto& claims) {
                claims.issued_at_ms = one.issued;
                claims.expires_at_ms = one.expires;
              }),
              one.result)
        << one.issued - now << " to " << one.expires - now;
    expect_logged(one.name);
  }
  world_.pace.wait(10min);
  EXPECT_EQ(with([&](auto& claims) { claims.not_before_ms = world_.now_ms() + 60'001; }), "403");
  expect_logged("token_not_yet_valid");
  EXPECT_EQ(with([&](auto& claims) {
              claims.issued_at_ms = world_.now_ms() - 299'000;
              claims.expires_at_ms = world_.now_ms() - 59'999;
            }),
            "Bob/laptop")
      << "expired within the skew";
  world_.pace.wait(1ms);
  EXPECT_EQ(with([&](auto& claims) { claims.not_before_ms = world_.now_ms() + 60'000; }),
            "Bob/laptop");
}

// P-52
TEST_F(DeviceKey, NoTokenIsAcceptedTwiceNorAnOlderOneAfterIt) {
  const std::string first = world_.token("laptop", key_);
  world_.pace.wait(1ms);
  const std::string second = world_.token("laptop", key_);
  EXPECT_EQ(world_.present(second), "Bob/laptop");
  for (const std::string& token : {second, first}) {
    EXPECT_EQ(world_.present(token), "403");
    expect_logged("token_replayed");
  }
  identity::DeviceClaims same_time = world_.claims("laptop");
  same_time.token_id = "another";
  EXPECT_EQ(world_.present(identity::sign_device_token(same_time, key_)), "403")
      << "another token of the same millisecond";
  world_.pace.wait(4min);
  EXPECT_EQ(world_.present(second), "403") << "still within its life";
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
}

// P-52: of many at once one is accepted: the decision is the write's own condition.
TEST_F(DeviceKey, ATokenPresentedWhileItIsBeingAcceptedIsRefused) {
  const std::string token = world_.token("laptop", key_);
  std::string meanwhile;
  bool once = false;
  world_.database.set_decide([&](Operation operation, const std::string&) {
    if (operation == Operation::kUpdate && !std::exchange(once, true)) {
      meanwhile = world_.present(token);
    }
    return Fault::kNone;
  });
  EXPECT_EQ(world_.present(token), "403");
  EXPECT_EQ(meanwhile, "Bob/laptop");
}

// P-53: a clock that was ahead and is put right costs a minute at most.
TEST_F(DeviceKey, AClockThatStepsBackWaitsNoLongerThanTheSkew) {
  EXPECT_EQ(with([&](auto& claims) {
              claims.issued_at_ms += 60'000;
              claims.expires_at_ms += 60'000;
            }),
            "Bob/laptop");
  world_.pace.wait(59s);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "403");
  world_.pace.wait(1s + 1ms);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
}

// P-52: an id that is given away and registered again does not know the old tokens.
TEST_F(DeviceKey, ATokenOfAnEarlierRegistrationIsRefused) {
  const std::string token = world_.token("laptop", key_);
  ASSERT_TRUE(lambdas::remove_device(world_.host, "laptop"));
  EXPECT_EQ(world_.present(token), "401");
  world_.pace.wait(1s);
  ASSERT_TRUE(lambdas::add_device(world_.host, "laptop", "Bob", key_.public_key()));
  EXPECT_EQ(world_.present(token), "403");
  world_.pace.wait(1ms);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
}

// P-57
TEST_F(DeviceKey, ADisabledDeviceIs403UntilItIsEnabled) {
  ASSERT_TRUE(lambdas::disable_device(world_.host, "laptop"));
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "403");
  expect_logged("device_disabled");
  EXPECT_EQ(world_.present(world_.token("laptop", other_)), "401") << "strangers are not told that";
  ASSERT_TRUE(lambdas::enable_device(world_.host, "laptop"));
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
}

// P-57: disabled between the look at the row and the write.
TEST_F(DeviceKey, ADeviceThatIsChangedWhileItsTokenIsLookedAtIsRefused) {
  const std::vector<std::function<void()>> changes = {
      [&] { ASSERT_TRUE(lambdas::disable_device(world_.host, "laptop")); },
      [&] { ASSERT_TRUE(lambdas::rotate_key(world_.host, "laptop", other_.public_key(), 0s)); },
      [&] {
        ASSERT_TRUE(lambdas::remove_device(world_.host, "laptop"));
        ASSERT_TRUE(lambdas::add_device(world_.host, "laptop", "Alice", key_.public_key()));
      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    bool once = false;
    world_.database.set_decide([&](Operation operation, const std::string&) {
      if (operation == Operation::kUpdate && !std::exchange(once, true)) changes[i]();
      return Fault::kNone;
    });
    // By a clock that is ahead, so that it is younger than what changes.
    EXPECT_EQ(with([](auto& claims) { claims.issued_at_ms += 30'000; }), "403") << i;
    world_.database.set_decide({});
    ASSERT_TRUE(lambdas::remove_device(world_.host, "laptop"));
    ASSERT_TRUE(lambdas::add_device(world_.host, "laptop", "Bob", key_.public_key()));
  }
}

// The rows of codes are in the same table and hold keys of devices that nobody has claimed.
TEST_F(DeviceKey, ACodesRowIsNoDevice) {
  world_.settings.enrolment = true;
  identity::DeviceClaims claims = world_.claims("phone");
  claims.enrolment_key = other_.public_key();
  EXPECT_EQ(world_.present(identity::sign_device_token(claims, other_)), "403");
  claims.device = schema::claim_key(identity::claim_code(other_.public_key(), "phone"));
  ASSERT_TRUE(world_.row("devices", claims.device));
  EXPECT_EQ(world_.present(identity::sign_device_token(claims, other_)), "401");
  expect_logged("no device id");
}

// P-56
TEST_F(DeviceKey, DuringARotationBothKeysAreAcceptedAndThenTheNewOne) {
  ASSERT_TRUE(lambdas::rotate_key(world_.host, "laptop", other_.public_key(), 24h));
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
  world_.pace.wait(1s);
  EXPECT_EQ(world_.present(world_.token("laptop", other_)), "Bob/laptop");
  world_.pace.wait(24h - 1s - 1ms);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "Bob/laptop");
  world_.pace.wait(1ms);
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "401");
  expect_logged("key_retired");
  EXPECT_EQ(world_.present(world_.token("laptop", other_)), "Bob/laptop");
}

// P-56: without an overlap the old key is worth nothing at once, and so is one before it.
TEST_F(DeviceKey, ARotationWithoutOverlapEndsTheOldKeysAtOnce) {
  ASSERT_TRUE(lambdas::rotate_key(world_.host, "laptop", other_.public_key(), 24h));
  const crypto::PrivateKey third = crypto::PrivateKey::generate();
  ASSERT_TRUE(lambdas::rotate_key(world_.host, "laptop", third.public_key(), base::Duration(0)));
  EXPECT_EQ(world_.present(world_.token("laptop", key_)), "401");
  EXPECT_EQ(world_.present(world_.token("laptop", other_)), "401");
  EXPECT_EQ(world_.present(world_.token("laptop", third)), "Bob/laptop");
}

// P-59: proof or not, a browser comes from an allowed page or not at all.
TEST_F(DeviceKey, ABrowserIsRefusedWhateverItProves) {
  const std::string token = "Bearer " + world_.token("laptop", key_);
  EXPECT_EQ(world_.authorize(token, "https://evil.example"), "403");
  world_.settings.allowed_origins = {"https://app.example"};
  EXPECT_EQ(world_.authorize(token, "https://evil.example"), "403");
  EXPECT_EQ(world_.authorize("", "https://app.example"), "401") << "an origin proves nothing";
  EXPECT_EQ(world_.authorize(token, "https://app.example"), "Bob/laptop");
}

// P-58: a row that was registered by name has no key, and no token fits it.
TEST_F(DeviceKey, ADeviceRegisteredByNameIsUnknownHere) {
  world_.connect("Bob", "phone");
  EXPECT_EQ(world_.present(world_.token("phone", key_)), "401");
  expect_logged("device_unknown");
}

// P-58: and the other way round.
TEST_F(DeviceKey, ADeviceWithAKeyCannotBeUsedByItsName) {
  for (const char* user : {"Bob", "Mallory"}) {
    const Caller caller{user, "laptop", std::string("conn-") + user};
    EXPECT_EQ(lambdas::handle_connect(world_.host, lambdas::AuthMode::kOpen, connect_event(caller))
                  .value_or("failed"),
              R"({"statusCode":403})");
    EXPECT_FALSE(world_.row("connections", user, caller.connection));
  }
  EXPECT_EQ(lambdas::string_of(*world_.row("devices", "laptop"), schema::kUserId), "Bob");
}

TEST_F(DeviceKey, TroubleWithTheDatabaseAdmitsNobodyAndIsNoVerdict) {
  for (const int at : {1, 2}) {
    int call = 0;
    world_.database.set_decide([&](Operation, const std::string&) {
      return ++call == at ? Fault::kUnavailable : Fault::kNone;
    });
    EXPECT_THAT(world_.present(world_.token("laptop", key_)), HasSubstr("error: "));
    world_.database.set_decide({});
  }
}

// The token is nobody's business but the device's: no refusal and no admission writes it down.
TEST_F(DeviceKey, NoTokenIsLogged) {
  const std::string token = world_.token("laptop", key_);
  world_.present(token);
  world_.present(token);
  world_.authorize(token);
  const std::string log = world_.log.take();
  EXPECT_THAT(log, Not(HasSubstr(token.substr(token.rfind('.') + 1))));
  EXPECT_THAT(log, Not(HasSubstr(token.substr(0, 30))));
}

}  // namespace
}  // namespace beckon::tests
