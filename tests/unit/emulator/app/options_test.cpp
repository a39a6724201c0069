// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace beckon::emulator {
namespace {

std::expected<AppOptions, int> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "beckon-emulator");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  return parse_options(static_cast<int>(arguments.size()), pointers.data());
}

TEST(EmulatorOptions, WithoutArgumentsTheDefaultsAreApiGateways) {
  const auto options = parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->port, 3001);
  EXPECT_EQ(options->host, "127.0.0.1");
  EXPECT_EQ(options->gateway.idle_timeout, std::chrono::minutes(10));
  EXPECT_EQ(options->gateway.lifetime, std::chrono::hours(2));
  EXPECT_TRUE(options->gateway.answer_ping);
  EXPECT_FALSE(options->gateway.ping_resets_idle);
  EXPECT_FALSE(options->gateway.connect_rate_per_s);
  EXPECT_EQ(options->access_key_id, "local");
  EXPECT_TRUE(options->data_dir.empty());
  EXPECT_TRUE(options->prewarm);
}

TEST(EmulatorOptions, OpenIsShortForTheParameter) {
  EXPECT_FALSE(parse({})->parameters.contains("AuthMode")) << "the template decides";
  EXPECT_EQ(parse({"--open"})->parameters.at("AuthMode"), "open");
  EXPECT_EQ(parse({"--open", "--parameter", "AuthMode=open"})->parameters.at("AuthMode"), "open");
  EXPECT_FALSE(parse({"--open", "--parameter", "AuthMode=device-key"}));
}

TEST(EmulatorOptions, EveryOptionArrives) {
  const auto options = parse({"--template",
                              "t.yaml",
                              "--parameter",
                              "A=1",
                              "--parameter",
                              "B=x=y",
                              "--stack-name",
                              "s",
                              "--port",
                              "0",
                              "--data",
                              "d",
                              "--region",
                              "eu-west-1",
                              "--access-key-id",
                              "id",
                              "--secret-access-key",
                              "secret",
                              "--json",
                              "--log-level",
                              "error",
                              "--idle-timeout",
                              "20s",
                              "--connection-lifetime",
                              "30s",
                              "--connect-rate",
                              "0",
                              "--message-rate",
                              "7",
                              "--ping-resets-idle",
                              "--no-pong",
                              "--function-concurrency",
                              "3",
                              "--no-prewarm",
                              "--allow-host",
                              "my-box.lan",
                              "--allow-host",
                              "other",
                              "--async-retry-delays",
                              "1m,2m",
                              "--event-duplicates",
                              "0.25"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->template_path, "t.yaml");
  EXPECT_EQ(options->parameters, (std::map<std::string, std::string>{{"A", "1"}, {"B", "x=y"}}));
  EXPECT_EQ(options->stack_name, "s");
  EXPECT_EQ(options->port, 0);
  EXPECT_EQ(options->data_dir, "d");
  EXPECT_EQ(options->region, "eu-west-1");
  EXPECT_EQ(options->secret_access_key, "secret");
  EXPECT_TRUE(options->json);
  EXPECT_EQ(options->log_level, base::LogLevel::kError);
  EXPECT_EQ(options->gateway.idle_timeout, std::chrono::seconds(20));
  EXPECT_EQ(options->gateway.lifetime, std::chrono::seconds(30));
  EXPECT_EQ(options->gateway.connect_rate_per_s, 0);
  EXPECT_EQ(options->gateway.message_rate_per_s, 7);
  EXPECT_TRUE(options->gateway.ping_resets_idle);
  EXPECT_FALSE(options->gateway.answer_ping);
  EXPECT_EQ(options->function_concurrency, 3);
  EXPECT_FALSE(options->prewarm);
  EXPECT_EQ(options->allowed_hosts, (std::vector<std::string>{"my-box.lan", "other"}));
  EXPECT_EQ(options->async_retry_delays,
            (std::vector<base::Duration>{std::chrono::minutes(1), std::chrono::minutes(2)}));
  EXPECT_EQ(options->event_duplicates, 0.25);
}

TEST(EmulatorOptions, AMistakeIsExitStatus2AndItsWordsNameTheOption) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--no-such-flag"}, "--no-such-flag"},
      {{"--port", "70000"}, "--port"},
      {{"--port", "x"}, "--port"},
      {{"--idle-timeout", "20"}, "--idle-timeout"},
      {{"--connection-lifetime", "0s"}, "--connection-lifetime"},
      {{"--log-level", "loud"}, "--log-level"},
      {{"--parameter", "NoValue"}, "--parameter"},
      {{"--function-concurrency", "0"}, "--function-concurrency"},
      {{"--template", ""}, "--template: expected a value"},
      {{"--data", ""}, "--data: expected a value"},
      {{"--region", ""}, "--region: expected letters"},
      {{"--region", "eu west"}, "'eu west'"},
      {{"--access-key-id", ""}, "--access-key-id: expected letters"},
      {{"--access-key-id", "a/b"}, "'a/b'"},
      {{"--secret-access-key", ""}, "--secret-access-key: expected a value"},
      {{"--connect-rate", "-1"}, "--connect-rate: expected a number from 0"},
      {{"--connect-rate", "1e9"}, "'1e9'"},
      {{"--connect-rate", "nan"}, "'nan'"},
      {{"--message-rate", "-0.5"}, "--message-rate: expected a number from 0"},
      {{"--stack-name", "a b"}, "--stack-name: expected letters, digits and hyphens"},
      {{"--stack-name", "1a"}, "'1a'"},
      {{"--stack-name", std::string(129, 'a')}, "at most 128"},
      {{"--allow-host", "box:3001"}, "--allow-host: expected a host name without port"},
      {{"--async-retry-delays", "1s,,2s"}, "--async-retry-delays: expected times"},
      {{"--async-retry-delays", ""}, "--async-retry-delays: expected times"},
      {{"--event-duplicates", "1.5"}, "--event-duplicates: expected a probability"},
  };
  for (const auto& [arguments, name] : cases) {
    testing::internal::CaptureStderr();
    const auto options = parse(arguments);
    const std::string words = testing::internal::GetCapturedStderr();
    ASSERT_FALSE(options) << name;
    EXPECT_EQ(options.error(), 2) << name;
    EXPECT_NE(words.find(name), std::string::npos) << words;
  }
}

TEST(EmulatorOptions, HelpAndVersionEndWithStatus0) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(parse({"--help"}).error(), 0);
  EXPECT_EQ(parse({"--version"}).error(), 0);
  const std::string words = testing::internal::GetCapturedStdout();
  EXPECT_NE(words.find("Examples"), std::string::npos);
  EXPECT_EQ(words.find("{false}"), std::string::npos) << words;
}

}  // namespace
}  // namespace beckon::emulator
