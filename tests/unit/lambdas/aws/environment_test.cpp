// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace beckon::lambdas {
namespace {

using ::testing::HasSubstr;

GetVariable variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Environment, ReadsTheIdentity) {
  const auto identity = aws_identity(variables({{"AWS_REGION", "eu-west-1"},
                                                {"AWS_DEFAULT_REGION", "us-east-2"},
                                                {"AWS_ACCESS_KEY_ID", "id"},
                                                {"AWS_SECRET_ACCESS_KEY", "secret"},
                                                {"AWS_SESSION_TOKEN", "token"}}));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->region, "eu-west-1");
  EXPECT_EQ(identity->credentials.access_key_id, "id");
  EXPECT_EQ(identity->credentials.secret_access_key, "secret");
  EXPECT_EQ(identity->credentials.session_token, "token");
}

TEST(Environment, FallsBackToTheDefaultRegion) {
  const auto identity = aws_identity(variables({{"AWS_DEFAULT_REGION", "us-east-2"},
                                                {"AWS_ACCESS_KEY_ID", "id"},
                                                {"AWS_SECRET_ACCESS_KEY", "secret"}}));
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->region, "us-east-2");
}

// All that is missing is named at once.
TEST(Environment, NamesWhatIsMissing) {
  const auto identity = aws_identity(variables({{"AWS_ACCESS_KEY_ID", "id"}}));
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(identity.error().message,
            "environment variables are missing: AWS_REGION, AWS_SECRET_ACCESS_KEY");
}

struct GoodUrl {
  const char* url;
  const char* host;
  const char* path;
};

// The host is what the Host header will say: without the port that the scheme has anyway.
TEST(Environment, ParsesEndpoints) {
  const GoodUrl table[] = {
      {"http://127.0.0.1:3001/dev", "127.0.0.1:3001", "/dev"},
      {"http://127.0.0.1:3001/", "127.0.0.1:3001", ""},
      {"https://Ab.execute-api.eu-west-1.amazonaws.com/prod//",
       "ab.execute-api.eu-west-1.amazonaws.com", "/prod"},
      {"https://host:443/a/b", "host", "/a/b"},
      {"http://host:80", "host", ""},
      {"http://host:443", "host:443", ""},
      {"http://[::1]:3001/dev", "[::1]:3001", "/dev"},
      {"http://[::1]/dev", "[::1]", "/dev"},
  };
  for (const GoodUrl& each : table) {
    const auto endpoint = parse_endpoint(each.url);
    ASSERT_TRUE(endpoint) << each.url;
    EXPECT_EQ(endpoint->host, each.host) << each.url;
    EXPECT_EQ(endpoint->path, each.path) << each.url;
    EXPECT_EQ(endpoint->url(), endpoint->scheme + "://" + each.host + each.path);
  }
}

TEST(Environment, RefusesWhatIsNoEndpoint) {
  for (const char* url : {"", "host", "ws://host/dev", "http://", "http:///dev", "http://a b/",
                          "http://user@host/", "http://host:0", "http://host:70000",
                          "http://host:x", "http://host/?a=1", "https://host/a#b"}) {
    const auto endpoint = parse_endpoint(url);
    ASSERT_FALSE(endpoint) << url;
    EXPECT_THAT(endpoint.error().message, HasSubstr("expected a URL like https://host")) << url;
  }
}

// A service's own variable wins over the common one, and that over AWS's public name.
TEST(Environment, FindsTheEndpointOfAService) {
  const auto url = [](std::map<std::string, std::string> values, const char* region) {
    const auto endpoint = service_endpoint(kDynamoDb, region, variables(std::move(values)));
    return endpoint ? endpoint->url() : endpoint.error().message;
  };
  EXPECT_EQ(url({}, "eu-west-1"), "https://dynamodb.eu-west-1.amazonaws.com");
  EXPECT_EQ(url({}, "cn-north-1"), "https://dynamodb.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(url({{"AWS_ENDPOINT_URL", "http://h:1"}}, "eu-west-1"), "http://h:1");
  EXPECT_EQ(url({{"AWS_ENDPOINT_URL", "http://h:1"}, {"AWS_ENDPOINT_URL_DYNAMODB", "http://d:2"}},
                "eu-west-1"),
            "http://d:2");
  EXPECT_THAT(url({{"AWS_ENDPOINT_URL", "h:1"}}, "eu-west-1"), HasSubstr("AWS_ENDPOINT_URL: "));
}

// @connections needs the stage, so the common variable is not used for it.
TEST(Environment, FindsTheEndpointOfConnections) {
  const auto url = [](std::map<std::string, std::string> values) {
    const auto endpoint = connections_endpoint(variables(std::move(values)));
    return endpoint ? endpoint->url() : endpoint.error().message;
  };
  EXPECT_EQ(url({{"CONNECTIONS_ENDPOINT", "https://a/prod"}, {"AWS_ENDPOINT_URL", "http://h:1"}}),
            "https://a/prod");
  EXPECT_EQ(url({{"CONNECTIONS_ENDPOINT", "https://a/prod"},
                 {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", "http://h:1/dev"}}),
            "http://h:1/dev");
  EXPECT_THAT(url({}), HasSubstr("CONNECTIONS_ENDPOINT"));
}

}  // namespace
}  // namespace beckon::lambdas
