// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/proxy_response.h"

#include <gtest/gtest.h>

namespace beckon::emulator {
namespace {

TEST(ProxyResponse, WhatApiGatewayAcceptsIsAccepted) {
  const auto full = parse_proxy_response(
      R"({"statusCode":201,"headers":{"A":"b","N":1},"multiValueHeaders":{"A":["c","d"]},)"
      R"("body":"text","isBase64Encoded":false})");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->status, 201);
  EXPECT_EQ(full->body, "text");
  EXPECT_EQ(full->header("a"), "d");
  EXPECT_EQ(full->header("n"), "1");

  const auto numeric_text = parse_proxy_response(R"({"statusCode":"404"})");
  ASSERT_TRUE(numeric_text);
  EXPECT_EQ(numeric_text->status, 404);
  EXPECT_FALSE(numeric_text->body);

  const auto only_headers = parse_proxy_response(R"({"headers":{"A":"b"}})");
  ASSERT_TRUE(only_headers);
  EXPECT_EQ(only_headers->status, 200);
  EXPECT_TRUE(parse_proxy_response(R"({"statusCode":200,"headers":null,"body":null})"));

  const auto encoded = parse_proxy_response(R"({"body":"aGk=","isBase64Encoded":true})");
  ASSERT_TRUE(encoded);
  EXPECT_EQ(encoded->body, "hi");
}

TEST(ProxyResponse, WhatApiGatewayRefusesIsRefusedWithTheReason) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"statusCode":200,"extra":1})", "unknown key 'extra'"},
      {R"("text")", "expected an object"},
      {R"(null)", "expected an object"},
      {R"([1])", "expected an object"},
      {"not JSON", "malformed"},
      {R"({"statusCode":"ok"})", "statusCode"},
      {R"({"statusCode":99})", "statusCode"},
      {R"({"statusCode":600})", "statusCode"},
      {R"({"statusCode":200,"multiValueHeaders":{"A":"b"}})", "list for A"},
      {R"({"statusCode":200,"headers":[1]})", "headers must be an object"},
      {R"({"statusCode":200,"body":{"a":1}})", "body must be a string"},
      {R"({"statusCode":200,"body":"*","isBase64Encoded":true})", "base64"},
      {R"({"statusCode":200,"isBase64Encoded":"yes"})", "boolean"},
  };
  for (const auto& [payload, reason] : cases) {
    const auto parsed = parse_proxy_response(payload);
    ASSERT_FALSE(parsed) << payload;
    EXPECT_NE(parsed.error().message.find(reason), std::string::npos) << parsed.error().message;
  }
}

}  // namespace
}  // namespace beckon::emulator
