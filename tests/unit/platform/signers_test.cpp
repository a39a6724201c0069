// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/signers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace beckon::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SignersTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text, mode_t mode) const {
    const std::string path = folder_ + "/signer.pub";
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  static std::string why_not(const std::string& entry) {
    agent::Config config;
    config.signers = {entry};
    const auto keys = load_signers(config);
    return keys ? "read" : keys.error().message;
  }

  tests::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
  crypto::PublicKey key_ = crypto::PrivateKey::generate().public_key();
};

// P-73
TEST_F(SignersTest, KeysStandInTheConfigurationOrInFiles) {
  const crypto::PublicKey other = crypto::PrivateKey::generate().public_key();
  agent::Config config;
  config.signers = {other.to_pem(), write(key_.to_pem(), 0644)};
  const auto keys = load_signers(config);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_THAT(*keys, ElementsAre(other, key_));
}

TEST_F(SignersTest, AFileThatOthersCanChangeIsRefused) {
  const std::string path = write(key_.to_pem(), 0666);
  EXPECT_THAT(why_not(path), HasSubstr("chmod go-w " + path));
  EXPECT_THAT(why_not(path), HasSubstr("signers[0]: "));
}

TEST_F(SignersTest, WhatIsNoPublicKeyIsSaidWithItsPlace) {
  EXPECT_THAT(why_not(folder_ + "/none"), HasSubstr("signers[0]: "));
  const std::string path = write(crypto::PrivateKey::generate().to_pem(), 0600);
  EXPECT_THAT(why_not(path), HasSubstr("signers[0]: " + path + ": expected the public key"));
  EXPECT_THAT(why_not(path), HasSubstr("got a private key"));
  EXPECT_THAT(why_not("-----BEGIN PUBLIC KEY-----"), HasSubstr("signers[0]: expected the public"));
}

}  // namespace
}  // namespace beckon::platform
