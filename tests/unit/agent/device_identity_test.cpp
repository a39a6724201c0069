// SPDX-License-Identifier: Apache-2.0
#include "agent/device_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/config.h"
#include "common/identity/device_token.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kNow_ms = 1'795'244'400'123;

class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

class DeviceIdentityTest : public ::testing::Test {
 protected:
  DeviceIdentity make(const std::string& url, bool enrol = false) {
    return {key_, "laptop", *parse_websocket_url(url), enrol};
  }
  identity::DeviceToken token_at(DeviceIdentity& identity, std::int64_t now_ms) {
    const Header header = identity.authorization({now_ms}, entropy_);
    EXPECT_EQ(header.name, "Authorization");
    EXPECT_TRUE(header.value.starts_with("Bearer "));
    EXPECT_TRUE(is_header_value(header.value)) << "it fits a request";
    const auto token = identity::parse_device_token(header.value.substr(7));
    EXPECT_TRUE(token) << token.error().message;
    return token.value_or(identity::DeviceToken{});
  }

  crypto::PrivateKey key_ = crypto::PrivateKey::generate();
  CountingEntropy entropy_;
};

// P-50: what a token says, and that the device's key signed it.
TEST_F(DeviceIdentityTest, ATokenNamesTheDeviceTheApiAndAShortTime) {
  DeviceIdentity identity = make("wss://ABC.execute-api.eu-west-1.amazonaws.com:443/prod");
  const auto token = token_at(identity, kNow_ms);
  EXPECT_TRUE(token.is_signed_by(key_.public_key()));
  EXPECT_EQ(token.claims.device, "laptop");
  EXPECT_EQ(token.claims.audience, "abc.execute-api.eu-west-1.amazonaws.com/prod");
  EXPECT_EQ(token.claims.issued_at_ms, kNow_ms);
  EXPECT_GT(token.claims.expires_at_ms, kNow_ms);
  EXPECT_LE(token.claims.expires_at_ms - kNow_ms, identity::kTokenLifetimeMax.count());
  EXPECT_EQ(token.claims.token_id.size(), 22U) << "128 bits";
  EXPECT_FALSE(token.claims.enrolment_key);
  EXPECT_EQ(token_at(*std::make_unique<DeviceIdentity>(make("ws://127.0.0.1:3001/dev")), kNow_ms)
                .claims.audience,
            "127.0.0.1/dev");
}

// P-52: tokens of one device are ordered by their times.
TEST_F(DeviceIdentityTest, EveryTokenIsYoungerThanTheLastOne) {
  DeviceIdentity identity = make("ws://127.0.0.1:3001/dev");
  std::int64_t last_ms = 0;
  std::string last_id;
  // The clock stands still, goes on, and goes back by a little less than a minute.
  for (const std::int64_t now_ms : {kNow_ms, kNow_ms, kNow_ms, kNow_ms + 5, kNow_ms - 59'000}) {
    const auto token = token_at(identity, now_ms);
    EXPECT_GT(token.claims.issued_at_ms, last_ms);
    EXPECT_NE(token.claims.token_id, last_id);
    last_ms = token.claims.issued_at_ms;
    last_id = token.claims.token_id;
  }
  EXPECT_EQ(token_at(identity, kNow_ms - 120'000).claims.issued_at_ms, kNow_ms - 120'000)
      << "a clock that was put right is believed";
}

TEST_F(DeviceIdentityTest, ADeviceThatAsksToBeClaimedShowsItsKey) {
  DeviceIdentity identity = make("ws://127.0.0.1:3001/dev", true);
  EXPECT_EQ(token_at(identity, kNow_ms).claims.enrolment_key, key_.public_key());
}

TEST(Clock, IsUnsetBeforeTheYearOfTheBuild) {
  EXPECT_TRUE(is_clock_unset({0}));
  EXPECT_TRUE(is_clock_unset({1'500'000'000'000}));
  EXPECT_FALSE(is_clock_unset(base::wall_now()));
}

ConfigErrors errors_of(const std::string& members) {
  Config config;
  const ConfigErrors read =
      read_config(R"({"url":"ws://127.0.0.1:1/dev")" + members + "}", {}, config);
  EXPECT_THAT(read, IsEmpty());
  return check_config(config);
}

TEST(ConfigIdentity, IsADeviceWithAKeyOrAUserWithADevice) {
  EXPECT_THAT(errors_of(R"(,"device":"laptop","key":"/k")"), IsEmpty());
  EXPECT_THAT(errors_of(R"(,"device":"laptop","key":"/k","claim":true)"), IsEmpty());
  EXPECT_THAT(errors_of(R"(,"device":"laptop","user":"Bob")"), IsEmpty());
  EXPECT_THAT(errors_of(""), Contains(HasSubstr("device, key: expected who this is")));
  EXPECT_THAT(errors_of(R"(,"device":"laptop")"),
              Contains(HasSubstr("user: expected one, or a key")));
  EXPECT_THAT(errors_of(R"(,"key":"/k")"), Contains(HasSubstr("device: expected one, since key")));
  EXPECT_THAT(errors_of(R"(,"device":"laptop","key":"/k","user":"Bob")"),
              Contains(HasSubstr("user: leave it out")));
  EXPECT_THAT(errors_of(R"(,"device":"laptop","user":"Bob","claim":true)"),
              Contains(HasSubstr("claim: expected a key")));
  EXPECT_THAT(errors_of(R"(,"device":"laptop","key":"/k","headers":{"authorization":"Bearer x"})"),
              Contains(HasSubstr("headers.authorization: leave it out")));
}

}  // namespace
}  // namespace beckon::agent
