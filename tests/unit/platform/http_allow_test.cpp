// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/http_allow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::platform {
namespace {

using ::testing::HasSubstr;

HttpAllow allowing(const std::vector<std::string>& entries) {
  HttpAllow allow;
  for (const std::string& entry : entries) EXPECT_TRUE(allow.add(entry)) << entry;
  return allow;
}

agent::Url url_of(const std::string& text) {
  const auto url = agent::parse_http_url(text);
  EXPECT_TRUE(url) << text;
  return url.value_or(agent::Url{});
}

TEST(HttpAllow, ARequestGoesToAHostAndPortThatIsNamedAndNowhereElse) {
  const struct {
    const char* entry;
    const char* url;
    bool allowed;
  } cases[] = {
      {"hooks.example", "https://hooks.example/x", true},
      {"hooks.example", "https://HOOKS.Example/x", true},
      {"Hooks.Example", "https://hooks.example:443/x", true},
      {"hooks.example", "https://hooks.example:8443/x", false},
      {"hooks.example", "http://hooks.example/x", false},
      {"hooks.example", "https://evil.hooks.example/", false},
      {"hooks.example", "https://hooks.example.evil/", false},
      {"hooks.example:8443", "https://hooks.example:8443/", true},
      {"hooks.example:8443", "https://hooks.example/", false},
      {"hooks.example:08443", "https://hooks.example/", false},
      {"https://hooks.example", "https://hooks.example/", true},
      {"http://10.0.0.5:8080", "http://10.0.0.5:8080/", true},
      {"http://10.0.0.5:8080", "https://10.0.0.5:8080/", false},
      {"10.0.0.5:8080", "http://10.0.0.5:8080/", false},
      {"10.0.0.5:8080", "https://10.0.0.5:8080/", true},
      {"127.0.0.1:8080", "http://127.0.0.1:8080/", true},
      {"localhost", "http://localhost/", true},
      {"[fd00::5]:8080", "https://[FD00:0::5]:8080/", true},
      {"[fd00::5]", "https://[fd00::6]/", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(allowing({one.entry}).check(url_of(one.url)).has_value(), one.allowed)
        << one.entry << " and " << one.url;
  }
}

TEST(HttpAllow, ARefusalSaysTheEntryThatWouldAllowIt) {
  const HttpAllow none;
  for (const auto& [url, entry] : std::vector<std::pair<std::string, std::string>>{
           {"https://hooks.example/x", R"("http": {"allow": ["hooks.example"]})"},
           {"http://nas.lan:8080/x", R"("http": {"allow": ["http://nas.lan:8080"]})"},
           {"http://localhost:8080/x", R"("http": {"allow": ["localhost:8080"]})"},
           {"https://[fd00::5]/x", R"("http": {"allow": ["[fd00::5]"]})"}}) {
    const auto allowed = none.check(url_of(url));
    ASSERT_FALSE(allowed) << url;
    EXPECT_THAT(allowed.error().message, HasSubstr(entry));
  }
}

TEST(HttpAllow, WhatIsNoHostCannotBeAllowed) {
  for (const char* entry :
       {"", "*", "*.example", "hooks.example/x", "hooks.example?x", "user@hooks.example", "a b",
        "wss://hooks.example", "hooks.example:0", "hooks.example:70000", "a\r\nb", "[::1",
        "fd00::5", "https://", "a%00b", "a:b:c"}) {
    HttpAllow allow;
    EXPECT_FALSE(allow.add(entry)) << entry;
  }
  for (const char* entry :
       {"169.254.169.254", "http://169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]",
        "[fd00:ec2::254]", "0.0.0.0", "[::]", "224.0.0.1", "255.255.255.255"}) {
    HttpAllow allow;
    const auto added = allow.add(entry);
    ASSERT_FALSE(added) << entry;
    EXPECT_THAT(added.error().message, HasSubstr("requests never go there"));
  }
}

TEST(HttpAllow, AddressesAreOfAKindHoweverTheyAreWritten) {
  const std::vector<std::pair<AddressKind, std::vector<const char*>>> cases = {
      {AddressKind::kPublic,
       {"8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "192.169.0.1",
        "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}},
      {AddressKind::kPrivate,
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.19.0.1",
        "fd00::1", "fc00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:a00:1::", "::10.0.0.1", "64:ff9b:1::1"}},
      {AddressKind::kLoopback,
       {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1",
        "64:ff9b::7f00:1"}},
      {AddressKind::kNever,
       {"169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "::ffff:169.254.169.254",
        "::ffff:a9fe:a9fe",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "fd00:ec2::254",
        "fd20:ce::254",
        "168.63.129.16",
        "100.100.100.200",
        "0.0.0.0",
        "0.0.0.1",
        "::",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "ff02::1",
        "::ffff:0.0.0.0",
        "hooks.example",
        "",
        "1.2.3",
        "0x7f.0.0.1"}}};
  for (const auto& [kind, addresses] : cases) {
    for (const char* address : addresses) EXPECT_EQ(address_kind(address), kind) << address;
  }
}

TEST(HttpAllow, ANameLeadsToThisMachineOrAPrivateNetworkOnlyIfTheAddressIsNamedToo) {
  const agent::Url nas = url_of("https://nas.lan/");
  const HttpAllow name = allowing({"nas.lan"});
  EXPECT_TRUE(name.check_address(nas, "8.8.8.8"));
  for (const char* address : {"192.168.1.5", "127.0.0.1", "::1", "fd00::5", "::ffff:192.168.1.5"}) {
    const auto allowed = name.check_address(nas, address);
    ASSERT_FALSE(allowed) << address;
    EXPECT_THAT(allowed.error().message, HasSubstr("nas.lan is at " + std::string(address)));
  }
  const HttpAllow both = allowing({"nas.lan", "192.168.1.5"});
  EXPECT_TRUE(both.check_address(nas, "192.168.1.5"));
  EXPECT_FALSE(both.check_address(nas, "192.168.1.6"));
  EXPECT_FALSE(allowing({"nas.lan", "192.168.1.5:8080"}).check_address(nas, "192.168.1.5"))
      << "another port";
  EXPECT_FALSE(allowing({"nas.lan", "http://192.168.1.5"}).check_address(nas, "192.168.1.5"))
      << "another scheme";
}

TEST(HttpAllow, LocalhostIsThisMachineAndNothingElse) {
  const agent::Url url = url_of("http://localhost:8080/");
  const HttpAllow allow = allowing({"localhost:8080"});
  EXPECT_TRUE(allow.check_address(url, "127.0.0.1"));
  EXPECT_TRUE(allow.check_address(url, "::1"));
  EXPECT_FALSE(allow.check_address(url, "10.0.0.1"));
}

TEST(HttpAllow, NoEntryLeadsToALinkLocalAddress) {
  const HttpAllow allow = allowing({"metadata.example", "http://metadata.example"});
  for (const char* address :
       {"169.254.169.254", "::ffff:169.254.169.254", "fe80::1%eth0", "fd00:ec2::254", "0.0.0.0"}) {
    EXPECT_FALSE(allow.check_address(url_of("https://metadata.example/"), address)) << address;
    EXPECT_FALSE(allow.check_address(url_of("http://metadata.example/"), address)) << address;
  }
}

}  // namespace
}  // namespace beckon::platform
