// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/options.h"

#include <getopt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace beckon::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

base::Result<Options> parse(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "beckon-agent");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  optind = 0;  // getopt starts anew
  return parse_options(static_cast<int>(arguments.size()), pointers.data());
}

TEST(Options, AdHocModeInOneLine) {
  const auto options = parse({"--url", "ws://127.0.0.1:1/dev", "--user", "Bob", "--device=laptop",
                              "--", "notify-send", "--", "${data.text}"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->url, "ws://127.0.0.1:1/dev");
  EXPECT_EQ(options->device, "laptop");
  EXPECT_THAT(options->command, ElementsAre("notify-send", "--", "${data.text}"));
}

TEST(Options, EveryMistakeIsSaid) {
  const struct {
    std::vector<std::string> arguments;
    const char* error;
  } cases[] = {
      {{"--nonsense"}, "unknown option --nonsense"},
      {{"--url"}, "--url needs a value"},
      {{"--user", ""}, "--user: expected a value, got \"\""},
      {{"--state-dir="}, "--state-dir: expected a value, got \"\""},
      {{"stray"}, "unexpected \"stray\"; a command goes behind \"--\""},
      {{"--start", "tail"}, "--start: expected head or oldest"},
      {{"--header", "x"}, "--header: expected 'Name: value'"},
      {{"--header", "A b: x"}, "cannot be a header line"},
      {{"--timing", "x"}, "--timing: expected NAME=DURATION"},
      {{"--log-level", "loud"}, "--log-level: expected debug"},
      {{"--timeout", "soon"}, "--timeout: expected a duration"},
      {{"--no-state", "--state-dir", "/x"}, "exclude each other"},
  };
  for (const auto& one : cases) {
    const auto options = parse(one.arguments);
    ASSERT_FALSE(options) << one.error;
    EXPECT_THAT(options.error().message, HasSubstr(one.error));
  }
}

TEST(Options, FlagsWinOverTheFile) {
  char name[] = "/tmp/beckon-config-XXXXXX";
  const int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  close(fd);
  std::ofstream(name) << R"({"url":"wss://file/dev","user":"File","device":"file",
                             "timing":{"heartbeat":"1m","ack_delay":"2s"}})";
  const auto options = parse(
      {"--config", name, "--user", "Flag", "--timing", "heartbeat=3m", "--header", "X-A:  b"});
  ASSERT_TRUE(options);
  agent::Config config;
  EXPECT_THAT(load_config(*options, {}, config), IsEmpty());
  unlink(name);
  EXPECT_EQ(config.user, "Flag");
  EXPECT_EQ(config.device, "file");
  EXPECT_EQ(config.session.timing.heartbeat, std::chrono::minutes(3));
  EXPECT_EQ(config.session.timing.ack_delay, std::chrono::seconds(2));
  ASSERT_EQ(config.headers.size(), 1U);
  EXPECT_EQ(config.headers[0].value, "b");
}

TEST(Options, AFileThatIsNotThereIsNamed) {
  const auto options = parse({"--config", "/nowhere/agent.json"});
  ASSERT_TRUE(options);
  agent::Config config;
  EXPECT_THAT(load_config(*options, {}, config),
              ElementsAre(HasSubstr("cannot read /nowhere/agent.json")));
}

TEST(Options, OfAFileThatIsWrongOnlyItsOwnMistakesAreSaid) {
  char name[] = "/tmp/beckon-config-XXXXXX";
  const int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  close(fd);
  const auto options = parse({"--config", name});
  ASSERT_TRUE(options);
  agent::Config config;
  std::ofstream(name) << R"({"url":"wss://file/dev",)";
  EXPECT_THAT(load_config(*options, {}, config), ElementsAre(HasSubstr("not JSON")));
  std::ofstream(name) << R"({"url":1})";
  EXPECT_THAT(load_config(*options, {}, config),
              ElementsAre(HasSubstr("expected a string, got 1")));
  unlink(name);
}

TEST(Options, TheStateDirectoryFollowsTheEnvironment) {
  unsetenv("STATE_DIRECTORY");
  unsetenv("XDG_STATE_HOME");
  setenv("HOME", "/h", 1);
  EXPECT_EQ(default_state_dir(), "/h/.local/state/beckon");
  setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_EQ(default_state_dir(), "/state/beckon");
  setenv("STATE_DIRECTORY", "/var/lib/beckon:/other", 1);
  EXPECT_EQ(default_state_dir(), "/var/lib/beckon");
  unsetenv("STATE_DIRECTORY");
  unsetenv("XDG_STATE_HOME");
}

}  // namespace
}  // namespace beckon::platform
