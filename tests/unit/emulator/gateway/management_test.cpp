// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/management.h"

#include <gmock/gmock.h>

#include "common/base/bytes.h"
#include "tests/unit/emulator/gateway/gateway_fixture.h"

namespace beckon::emulator {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using tests::http_request;
using tests::HttpReply;
using tests::WebSocketClient;

class ManagementTest : public GatewayFixture {
 protected:
  ManagementTest() { add_usual_routes(); }

  HttpReply call(std::string_view method, const std::string& id, std::string_view body = {},
                 const std::string& prefix = "/dev/@connections/") {
    return http_request("127.0.0.1", port_, method, prefix + base::percent_encode(id), {}, body);
  }
};

TEST_F(ManagementTest, APostReachesTheSocketAsText) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  const auto reply = call("POST", id, R"({"hello":"you"})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
  EXPECT_EQ(reply.header_or("content-type", ""), "application/json");
  EXPECT_EQ(reply.header_or("content-length", ""), "0");
  EXPECT_THAT(reply.header_or("x-amzn-requestid", ""), MatchesRegex("[0-9a-f-]{36}"));
  EXPECT_THAT(reply.header_or("x-amz-apigw-id", ""), MatchesRegex("[A-Za-z0-9_-]{15}="));
  EXPECT_EQ(client.receive(), R"({"hello":"you"})");
}

TEST_F(ManagementTest, ThePathMayBePercentEncoded) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  EXPECT_EQ(call("POST", id, "1", "/dev/%40connections/").status, 200);
  EXPECT_EQ(http_request("127.0.0.1", port_, "POST", "/dev/@connections/" + id, {}, "2").status,
            200);
  EXPECT_EQ(client.receive(), "1");
  EXPECT_EQ(client.receive(), "2");
}

TEST_F(ManagementTest, AGetDescribesTheConnection) {
  start();
  WebSocketClient client(port_, {"/dev", "User-Agent: test/1\r\n"});
  ASSERT_TRUE(client.is_open());
  const auto reply = call("GET", connection_id());
  EXPECT_EQ(reply.status, 200);
  const auto body = parse(reply.body);
  EXPECT_EQ(body["identity"].print(), R"({"sourceIp":"127.0.0.1","userAgent":"test/1"})");
  const std::string time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";
  EXPECT_THAT(std::string(body["connectedAt"].string_or("")), MatchesRegex(time));
  EXPECT_THAT(std::string(body["lastActiveAt"].string_or("")), MatchesRegex(time));
}

TEST_F(ManagementTest, ADeleteClosesWith1000AndDisconnectRuns) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  const auto reply = call("DELETE", id);
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header_or("content-type", "absent"), "absent");
  EXPECT_EQ(client.receive(), "close 1000 Connection Closed Normally");
  const auto event = parse(invoker_->take("disconnect").event);
  EXPECT_EQ(event["requestContext"]["disconnectStatusCode"].integer(), 1000);
  EXPECT_EQ(event["requestContext"]["disconnectReason"].string_or(""),
            "Connection Closed Normally");
  EXPECT_EQ(call("POST", id, "x").status, 410);
}

TEST_F(ManagementTest, AConnectionThatIsNotThereIs410WithAnEmptyBody) {
  start();
  for (const char* method : {"POST", "GET", "DELETE"}) {
    const auto reply = call(method, "Aa1bBcXyZw0CE3Q=");
    EXPECT_EQ(reply.status, 410) << method;
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(reply.header_or("x-amzn-errortype", ""), "GoneException");
    EXPECT_EQ(reply.header_or("content-type", ""), "application/json");
    EXPECT_EQ(reply.header_or("content-length", ""), "0");
  }
}

// P-10
TEST_F(ManagementTest, AConnectionDoesNotExistWhileItsConnectRuns) {
  api_.routes["$connect"].function = "slow-connect";
  start();
  auto client = connect();
  const auto event = parse(invoker_->take("slow-connect").event);
  const std::string id(event["requestContext"]["connectionId"].string_or(""));
  EXPECT_EQ(call("POST", id, "x").status, 410);
}

TEST_F(ManagementTest, AnImpossibleIdIs400AndNamed) {
  start();
  const auto reply = call("GET", "Aa1bBcXyZw0CE3Q=test");
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body, R"({"message":"Invalid connectionId: Aa1bBcXyZw0CE3Q=test"})");
  EXPECT_EQ(reply.header_or("x-amzn-errortype", ""), "BadRequestException");
}

TEST_F(ManagementTest, AWrongOrMissingStageIs403) {
  start();
  for (const char* prefix : {"/prod/@connections/", "/@connections/"}) {
    const auto reply = call("POST", "Aa1bBcXyZw0CE3Q=", "x", prefix);
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(reply.body, R"({"message":"Forbidden"})");
    EXPECT_EQ(reply.header_or("x-amzn-errortype", ""), "ForbiddenException");
  }
}

TEST_F(ManagementTest, ARefusedSignatureIs403WithAmazonsName) {
  refusal_ =
      sigv4::Refusal{sigv4::Failure::kMissingToken, "Request is missing Authentication Token"};
  start();
  const auto missing = call("GET", "Aa1bBcXyZw0CE3Q=");
  EXPECT_EQ(missing.status, 403);
  EXPECT_EQ(missing.body, R"({"message":"Missing Authentication Token"})");
  thread_.run(
      [this] { refusal_ = sigv4::Refusal{sigv4::Failure::kMismatch, "The request signature"}; });
  const auto wrong = call("GET", "Aa1bBcXyZw0CE3Q=");
  EXPECT_EQ(wrong.header_or("x-amzn-errortype", ""), "InvalidSignatureException");
  EXPECT_THAT(wrong.body, HasSubstr("The request signature"));
}

TEST_F(ManagementTest, DataOfTheLimitPassesAndOneByteMoreIs413) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  EXPECT_EQ(call("POST", id, std::string(131'072, 'x')).status, 200);
  EXPECT_EQ(client.receive().size(), 131'072U);
  const auto large = call("POST", id, std::string(131'073, 'x'));
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.header_or("x-amzn-errortype", ""), "PayloadTooLargeException");
}

TEST_F(ManagementTest, AClientThatDoesNotReadMakesItsSenders429) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  const std::string id = connection_id();
  const std::string data(131'072, 'x');
  int status = 200;
  int accepted = 0;
  while (status == 200 && accepted < 1000) {
    status = call("POST", id, data).status;
    if (status == 200) ++accepted;
  }
  EXPECT_EQ(status, 429);
  for (int i = 0; i < accepted; ++i) ASSERT_EQ(client.receive().size(), data.size());
  EXPECT_EQ(call("POST", id, "again").status, 200);
  EXPECT_EQ(client.receive(), "again");
}

TEST_F(ManagementTest, DataThatIsNotUtf8IsRefused) {
  start();
  auto client = connect();
  ASSERT_TRUE(client.is_open());
  EXPECT_EQ(call("POST", connection_id(), "\xff").status, 400);
}

}  // namespace
}  // namespace beckon::emulator
