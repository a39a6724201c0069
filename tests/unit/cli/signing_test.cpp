// SPDX-License-Identifier: Apache-2.0
#include "cli/signing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/json/json.h"
#include "common/protocol/limits.h"
#include "common/signature/event_signature.h"
#include "tests/support/temporary_folder.h"

namespace beckon::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OperatorEvent backup() {
  OperatorEvent event;
  event.user = "Bob";
  event.name = "backup";
  event.data = R"({"volume":"home"})";
  event.devices = {"nas", "laptop", "nas"};
  return event;
}

// P-70, P-71
TEST(SignedEvent, ItIsForItsDevicesFromNowUntilItExpires) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  OperatorEvent event = backup();
  event.ttl_s = 600;
  const auto made = signed_event(event, key, {1'795'244'400'999});
  ASSERT_TRUE(made) << made.error().message;
  const auto signature = signature::decode(made->signature);
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->issued_at_s, 1'795'244'400);
  EXPECT_EQ(signature->expires_at_s, 1'795'245'000);
  EXPECT_THAT(signature->devices, ElementsAre("laptop", "nas"));
  const auto data = json::parse(event.data);
  EXPECT_TRUE(signature::is_signed_by(key.public_key(), *signature, "backup", data->root()));
  const auto again = signed_event(event, key, {1'795'244'400'999});
  EXPECT_NE(signature::decode(again->signature)->id, signature->id) << "no two share an id";
}

// P-70
TEST(SignedEvent, WithoutATtlItHoldsAsLongAsTheEventIsKept) {
  const auto made = signed_event(backup(), crypto::PrivateKey::generate(), {0});
  EXPECT_EQ(signature::decode(made->signature)->expires_at_s, protocol::kEventTtlDefault_s);
}

// P-70
TEST(SignedEvent, TheSignatureStandsInTheTargetAndCountsForTheSize) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  const auto made = signed_event(backup(), key, {0});
  EXPECT_THAT(detail_of(*made).value_or(""),
              HasSubstr(R"("devices":["nas","laptop","nas"],"signature":{"key":")"));
  OperatorEvent large = backup();
  large.data = R"({"x":")" + std::string(28'400, 'x') + "\"}";
  ASSERT_TRUE(detail_of(large));
  const auto too_large = detail_of(*signed_event(large, key, {0}));
  ASSERT_FALSE(too_large);
  EXPECT_EQ(too_large.error().code, base::ErrorCode::kLimit);
}

// P-72
TEST(SignedEvent, ForEveryDeviceThereIsNone) {
  OperatorEvent event = backup();
  event.devices.clear();
  const auto made = signed_event(event, crypto::PrivateKey::generate(), {0});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("--sign needs --device"));
}

class SigningKeyTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text, mode_t mode) const {
    const std::string path = folder_ + "/signer.key";
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  static std::string why_not(const std::string& path) {
    const auto key = read_signing_key(path);
    return key ? "read" : key.error().message;
  }

  tests::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  crypto::PrivateKey key_ = crypto::PrivateKey::generate();
};

TEST_F(SigningKeyTest, OneThatOnlyItsOwnerCanReadIsRead) {
  const auto read = read_signing_key(write(key_.to_pem(), 0600));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->public_key(), key_.public_key());
}

TEST_F(SigningKeyTest, OneThatOthersCanReadIsRefusedWithTheCure) {
  for (const mode_t mode : {0644U, 0640U, 0604U, 0620U}) {
    const std::string path = write(key_.to_pem(), mode);
    EXPECT_THAT(why_not(path), HasSubstr("chmod 600 " + path)) << mode;
  }
}

TEST_F(SigningKeyTest, WhatIsNoKeyIsSaid) {
  EXPECT_THAT(why_not(folder_ + "/none"), HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(why_not(folder_), HasSubstr("expected a file"));
  EXPECT_THAT(why_not(write(key_.public_key().to_pem(), 0600)), HasSubstr("got a public key"));
  EXPECT_THAT(why_not(write("", 0600)), HasSubstr("got nothing"));
}

}  // namespace
}  // namespace beckon::cli
