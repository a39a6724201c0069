// SPDX-License-Identifier: Apache-2.0
// The events recorded on API Gateway (behaviour reference, section 2), member by member.
#include "emulator/gateway/events.h"

#include <gtest/gtest.h>

#include "common/json/json.h"

namespace beckon::emulator {
namespace {

const ApiFacts kApi{"ab12cd34ef", "prod", {}};

ConnectionFacts connection() {
  return {.connection_id = "Aa1bBcXyZw0CE3Q=",
          .source_ip = "198.51.100.7",
          .user_agent = "agent/0.1",
          .domain_name = "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
          .authorizer_members = R"("userId":"u-9","principalId":"d-17")",
          .connected_at_ms = 1772619072100};
}

const EventStamp kStamp{"Aa1cHjKmDe3fFh8=", base::WallTime{1772619100250}};

ClientRequest client() {
  HttpRequest request;
  request.query = "device=d-17&tag=a%20b&tag=c+d&empty";
  request.source_ip = "198.51.100.7";
  request.headers = {{"User-Agent", "agent/0.1"},   {"Host", "h.example"},    {"x-many", "1"},
                     {"Connection", "Upgrade"},     {"Upgrade", "websocket"}, {"x-many", "2"},
                     {"authorization", "Bearer T0"}};
  return read_client_request(request, 3001, "1-68a1b2c3-0123456789abcdef01234567");
}

TEST(GatewayEvents, TheRequestTimeIsInCommonLogFormat) {
  EXPECT_EQ(format_clf(base::WallTime{1772619072103}), "04/Mar/2026:10:11:12 +0000");
}

TEST(GatewayEvents, AMessageEventHasTheRecordedMembersInTheRecordedOrder) {
  EXPECT_EQ(
      message_event(
          kApi, connection(), kStamp,
          {.route_key = "ack", .message_id = "Aa1cHjKlZw0CE3Q=", .body = R"({"action":"ack"})"}),
      R"({"requestContext":{"routeKey":"ack","authorizer":{"userId":"u-9","principalId":"d-17"},)"
      R"("messageId":"Aa1cHjKlZw0CE3Q=","eventType":"MESSAGE","extendedRequestId":"Aa1cHjKmDe3fFh8=",)"
      R"("requestTime":"04/Mar/2026:10:11:40 +0000","messageDirection":"IN","stage":"prod",)"
      R"("connectedAt":1772619072100,"requestTimeEpoch":1772619100250,)"
      R"("identity":{"userAgent":"agent/0.1","sourceIp":"198.51.100.7"},"requestId":"Aa1cHjKmDe3fFh8=",)"
      R"("domainName":"ab12cd34ef.execute-api.eu-west-1.amazonaws.com",)"
      R"("connectionId":"Aa1bBcXyZw0CE3Q=","apiId":"ab12cd34ef"},)"
      R"("body":"{\"action\":\"ack\"}","isBase64Encoded":false})");
}

TEST(GatewayEvents, ADisconnectEventHasTheFourHeadersAndTheReason) {
  EXPECT_EQ(
      disconnect_event(kApi, connection(), kStamp, {.code = 1001, .reason = "Going away"}),
      R"({"headers":{"Host":"ab12cd34ef.execute-api.eu-west-1.amazonaws.com","x-api-key":"",)"
      R"("X-Forwarded-For":"","x-restapi":""},)"
      R"("multiValueHeaders":{"Host":["ab12cd34ef.execute-api.eu-west-1.amazonaws.com"],)"
      R"("x-api-key":[""],"X-Forwarded-For":[""],"x-restapi":[""]},)"
      R"("requestContext":{"routeKey":"$disconnect","disconnectStatusCode":1001,)"
      R"("authorizer":{"userId":"u-9","principalId":"d-17"},"eventType":"DISCONNECT",)"
      R"("extendedRequestId":"Aa1cHjKmDe3fFh8=","requestTime":"04/Mar/2026:10:11:40 +0000",)"
      R"("messageDirection":"IN","disconnectReason":"Going away","stage":"prod",)"
      R"("connectedAt":1772619072100,"requestTimeEpoch":1772619100250,)"
      R"("identity":{"userAgent":"agent/0.1","sourceIp":"198.51.100.7"},"requestId":"Aa1cHjKmDe3fFh8=",)"
      R"("domainName":"ab12cd34ef.execute-api.eu-west-1.amazonaws.com",)"
      R"("connectionId":"Aa1bBcXyZw0CE3Q=","apiId":"ab12cd34ef"},"isBase64Encoded":false})");
}

TEST(GatewayEvents, AConnectEventShowsHeadersAndQueryWithAllTheirValues) {
  const auto event =
      json::parse(connect_event(kApi, connection(), kStamp, client()), json::kDepthMaxHost);
  ASSERT_TRUE(event);
  EXPECT_EQ(
      (*event)["headers"].print(),
      R"({"authorization":"Bearer T0","Host":"h.example","User-Agent":"agent/0.1",)"
      R"("X-Amzn-Trace-Id":"Root=1-68a1b2c3-0123456789abcdef01234567",)"
      R"("X-Forwarded-For":"198.51.100.7","X-Forwarded-Port":"3001","X-Forwarded-Proto":"http",)"
      R"("x-many":"2"})");
  EXPECT_EQ((*event)["multiValueHeaders"]["x-many"].print(), R"(["1","2"])");
  EXPECT_EQ((*event)["queryStringParameters"].print(),
            R"({"device":"d-17","tag":"c d","empty":""})");
  EXPECT_EQ((*event)["multiValueQueryStringParameters"].print(),
            R"({"device":["d-17"],"tag":["a b","c d"],"empty":[""]})");
  const json::View context = (*event)["requestContext"];
  EXPECT_EQ(context["eventType"].string_or(""), "CONNECT");
  EXPECT_FALSE(context["messageId"].exists());
  EXPECT_FALSE((*event)["body"].exists());
  EXPECT_FALSE((*event)["stageVariables"].exists());
  EXPECT_EQ((*event)["isBase64Encoded"].boolean(), false);
}

TEST(GatewayEvents, WithoutQueryUserAgentOrAuthorizerTheirMembersAreAbsent) {
  HttpRequest request;
  request.headers = {{"Host", "h"}};
  ConnectionFacts bare = connection();
  bare.user_agent = {};
  bare.authorizer_members = {};
  const auto event =
      json::parse(connect_event(kApi, bare, kStamp, read_client_request(request, 1, "1-2-3")),
                  json::kDepthMaxHost);
  ASSERT_TRUE(event);
  EXPECT_FALSE((*event)["queryStringParameters"].exists());
  EXPECT_FALSE((*event)["multiValueQueryStringParameters"].exists());
  EXPECT_FALSE((*event)["requestContext"]["authorizer"].exists());
  EXPECT_EQ((*event)["requestContext"]["identity"].print(), R"({"sourceIp":"198.51.100.7"})");
}

TEST(GatewayEvents, AnAuthorizerEventHasTypeArnHopHeadersAndEmptyObjects) {
  const auto event =
      json::parse(authorizer_event(kApi, connection(), kStamp, client(), "arn:x/prod/$connect"),
                  json::kDepthMaxHost);
  ASSERT_TRUE(event);
  EXPECT_EQ((*event)["type"].string_or(""), "REQUEST");
  EXPECT_EQ((*event)["methodArn"].string_or(""), "arn:x/prod/$connect");
  EXPECT_EQ((*event)["headers"]["Connection"].string_or(""), "Upgrade");
  EXPECT_EQ((*event)["stageVariables"].print(), "{}");
  EXPECT_FALSE((*event)["isBase64Encoded"].exists());
}

TEST(GatewayEvents, StageVariablesAppearWhereThereAreSome) {
  ApiFacts api = kApi;
  api.stage_variables = {{"colour", "blue"}};
  const auto event = json::parse(
      message_event(api, connection(), kStamp, {.route_key = "a", .message_id = "b", .body = ""}),
      json::kDepthMaxHost);
  ASSERT_TRUE(event);
  EXPECT_EQ((*event)["stageVariables"].print(), R"({"colour":"blue"})");
}

TEST(ClientRequest, AProxysForwardedForIsKeptInFront) {
  HttpRequest request;
  request.source_ip = "127.0.0.1";
  request.headers = {{"x-forwarded-for", "203.0.113.5"}};
  EXPECT_EQ(read_client_request(request, 1, "r").header("X-Forwarded-For"),
            "203.0.113.5, 127.0.0.1");
}

}  // namespace
}  // namespace beckon::emulator
