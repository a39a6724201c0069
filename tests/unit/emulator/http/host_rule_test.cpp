// SPDX-License-Identifier: Apache-2.0
#include "emulator/http/host_rule.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

HttpRequest from(const std::string& host) {
  HttpRequest request;
  request.headers = {{"Accept", "*/*"}, {"hOST", host}};
  return request;
}

TEST(HostRule, LoopbackNamesAreAnsweredWithAnyPort) {
  const HostRule rule;
  for (const char* host : {"127.0.0.1", "127.0.0.1:3001", "127.77.3.254:1", "[::1]", "[::1]:3001",
                           "localhost", "LocalHost:65535"}) {
    EXPECT_EQ(rule.refusal(from(host)), std::nullopt) << host;
  }
  EXPECT_EQ(rule.refusal(HttpRequest{}), std::nullopt) << "no browser leaves the header out";
}

TEST(HostRule, EveryOtherNameIsRefusedAndTheSentenceNamesItAndTheRemedy) {
  const HostRule rule;
  for (const char* host :
       {"evil.example", "127.evil.example:3001", "127.0.0.1.evil.example", "localhost.evil.example",
        "10.0.0.1", "[::2]:3001", "[::1", "::1", "", "0.0.0.0", "127.0.0.1@evil.example", "[]"}) {
    EXPECT_TRUE(rule.refusal(from(host))) << host;
  }
  const std::string words = rule.refusal(from("evil.example:3001")).value_or("");
  EXPECT_NE(words.find("'evil.example:3001'"), std::string::npos) << words;
  EXPECT_NE(words.find("--allow-host evil.example"), std::string::npos) << words;
}

TEST(HostRule, AllowedNamesAreAnsweredAndASecondHostHeaderHidesNothing) {
  const HostRule rule({"my-box.lan", "emulator"});
  EXPECT_EQ(rule.refusal(from("My-Box.lan:3001")), std::nullopt);
  EXPECT_EQ(rule.refusal(from("emulator")), std::nullopt);
  EXPECT_TRUE(rule.refusal(from("other-box.lan")));
  HttpRequest two = from("localhost");
  two.headers.emplace_back("Host", "evil.example");
  EXPECT_TRUE(rule.refusal(two));
}

}  // namespace
}  // namespace beckon::emulator
