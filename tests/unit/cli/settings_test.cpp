// SPDX-License-Identifier: Apache-2.0
#include "cli/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::cli {
namespace {

using testing::HasSubstr;

Environment environment(std::map<std::string, std::string> values) {
  return [values](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

std::string error_of(const base::Result<Access>& access) {
  return access ? "no error" : access.error().message;
}

TEST(ResolveAccess, WithNothingSaidItIsTheEmulatorOnThisMachine) {
  const auto access = resolve_access({}, environment({}));
  ASSERT_TRUE(access);
  EXPECT_EQ(access->endpoint_url, "http://127.0.0.1:3001");
  EXPECT_EQ(access->region, "us-east-1");
  EXPECT_EQ(access->access_key_id, "local");
  EXPECT_EQ(access->secret_access_key, "local");
  EXPECT_EQ(access->stack, "beckon");
}

TEST(ResolveAccess, WithCredentialsAndNoEndpointItIsAws) {
  const auto access = resolve_access({}, environment({{"AWS_ACCESS_KEY_ID", "AKIA"},
                                                      {"AWS_SECRET_ACCESS_KEY", "s"},
                                                      {"AWS_SESSION_TOKEN", "t"},
                                                      {"AWS_REGION", "eu-west-1"}}));
  ASSERT_TRUE(access);
  EXPECT_EQ(access->endpoint_url, "");
  EXPECT_EQ(access->region, "eu-west-1");
  EXPECT_EQ(access->session_token, "t");
}

TEST(ResolveAccess, FlagsWinOverTheEnvironment) {
  const SettingsFlags flags{.endpoint_url = "http://localhost:9/",
                            .region = "r1",
                            .stack = "other",
                            .event_bus = "",
                            .connections_table = "",
                            .streams_table = "",
                            .devices_table = "",
                            .dead_letter_queue = "",
                            .connections_endpoint = ""};
  const auto access = resolve_access(flags, environment({{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
                                                         {"AWS_REGION", "r2"},
                                                         {"BECKON_STACK", "s2"}}));
  ASSERT_TRUE(access);
  EXPECT_EQ(access->endpoint_url, "http://localhost:9");
  EXPECT_EQ(access->region, "r1");
  EXPECT_EQ(access->stack, "other");
}

TEST(ResolveAccess, AwsWithoutARegionAsksForOne) {
  EXPECT_THAT(error_of(resolve_access(
                  {}, environment({{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "s"}}))),
              HasSubstr("--region"));
}

TEST(ResolveAccess, HalfAPairOfCredentialsIsNamed) {
  EXPECT_THAT(error_of(resolve_access({}, environment({{"AWS_ACCESS_KEY_ID", "A"}}))),
              HasSubstr("AWS_SECRET_ACCESS_KEY is not"));
}

TEST(ResolveAccess, AFarEndpointNeedsCredentials) {
  SettingsFlags flags;
  flags.endpoint_url = "https://aws.example.org";
  flags.region = "r";
  EXPECT_THAT(error_of(resolve_access(flags, environment({}))), HasSubstr("no credentials"));
}

TEST(ResolveAccess, AnEndpointThatIsNoUrlIsNamedWithItsSource) {
  EXPECT_THAT(error_of(resolve_access({}, environment({{"AWS_ENDPOINT_URL", "127.0.0.1:3001"}}))),
              HasSubstr("'127.0.0.1:3001' (from AWS_ENDPOINT_URL)"));
}

TEST(ResolveNames, FlagsWinAndParametersFillTheRest) {
  SettingsFlags flags;
  flags.event_bus = "mine";
  const auto names = resolve_names(flags, "beckon",
                                   {{"/beckon/event-bus", "theirs"},
                                    {"/beckon/connections-table", "c"},
                                    {"/beckon/streams-table", "s"},
                                    {"/beckon/devices-table", "d"}});
  ASSERT_TRUE(names);
  EXPECT_EQ(names->event_bus, "mine");
  EXPECT_EQ(names->connections_table, "c");
  EXPECT_EQ(names->streams_table, "s");
  EXPECT_EQ(names->devices_table, "d");
}

TEST(ResolveNames, AStackWithoutParametersIsNotThere) {
  const auto names = resolve_names({}, "nope", {});
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().code, base::ErrorCode::kNotFound);
  EXPECT_THAT(names.error().message, HasSubstr("no stack 'nope'"));
}

TEST(ResolveNames, AMissingParameterIsNamed) {
  const auto names = resolve_names({}, "beckon", {{"/beckon/event-bus", "b"}});
  ASSERT_FALSE(names);
  EXPECT_THAT(names.error().message, HasSubstr("/beckon/connections-table"));
}

}  // namespace
}  // namespace beckon::cli
