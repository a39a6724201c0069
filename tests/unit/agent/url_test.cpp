// SPDX-License-Identifier: Apache-2.0
#include "agent/url.h"

#include <gtest/gtest.h>

namespace beckon::agent {
namespace {

TEST(Url, ItIsTakenApart) {
  const auto url = parse_websocket_url("wss://abc.execute-api.eu-west-1.amazonaws.com/prod?x=1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_EQ(url->host, "abc.execute-api.eu-west-1.amazonaws.com");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/prod?x=1");
  EXPECT_EQ(url->host_header(), "abc.execute-api.eu-west-1.amazonaws.com");
}

TEST(Url, PortsAndIpv6AreUnderstood) {
  const auto url = parse_websocket_url("ws://[::1]:3001");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 3001);
  EXPECT_EQ(url->path, "/");
  EXPECT_EQ(url->host_header(), "[::1]:3001");
}

TEST(Url, OnlyLoopbackIsLoopback) {
  for (const char* text :
       {"ws://127.0.0.1", "ws://127.9.9.9:1/x", "ws://localhost", "ws://[::1]"}) {
    EXPECT_TRUE(parse_websocket_url(text)->is_loopback()) << text;
  }
  for (const char* text :
       {"ws://127.evil.example", "ws://localhost.evil.example", "ws://10.0.0.1", "ws://[::2]"}) {
    EXPECT_FALSE(parse_websocket_url(text)->is_loopback()) << text;
  }
}

TEST(Url, HttpHasItsOwnSchemesAndPorts) {
  const auto url = parse_http_url("https://hooks.example?x=1");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure && url->is_http());
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->path, "/?x=1");
  EXPECT_EQ(url->other_scheme(), "http");
  const auto plain = parse_http_url("http://x:8080");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->secure);
  EXPECT_EQ(plain->host_header(), "x:8080");
  EXPECT_EQ(plain->other_scheme(), "https");
  EXPECT_EQ(parse_http_url("http://x")->port, 80);
  for (const char* text : {"wss://x", "ws://x", "HTTPS://x", "https:/x", "://x", "x"}) {
    EXPECT_FALSE(parse_http_url(text)) << text;
  }
  EXPECT_FALSE(parse_websocket_url("wss://" + std::string(121, 'x')));
}

TEST(Url, WhatIsNoUrlIsRefusedWithAReason) {
  for (const char* text :
       {"", "http://x", "ws://", "ws://x:0", "ws://x:70000", "ws://x:y", "ws://user@x",
        "ws://x/a b", "ws://x/#f", "ws://[::1", "ws://[::1]x", "ws://x\r\nEvil: 1"}) {
    const auto url = parse_websocket_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_FALSE(url.error().message.empty());
  }
}

}  // namespace
}  // namespace beckon::agent
