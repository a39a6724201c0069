// SPDX-License-Identifier: Apache-2.0
#include "agent/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Config, EverySettingIsRead) {
  Config config;
  const ConfigErrors errors = read_config(
      R"({"url":"wss://x/dev","user":"Bob","device":"laptop","start":"oldest","state_dir":"/s",
          "concurrency":2,"max_bytes":4096,"insecure":true,
          "log_level":"warning","renewal":"break_before_make","headers":{"X-A":"b"},
          "timing":{"heartbeat":"4m","ack_delay":"250ms"},"rules":[],"tls":{"ca_file":"/ca.pem",
          "pins":["sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]},
          "rate":{"per_minute":600}})",
      {}, config);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_THAT(check_config(config), IsEmpty());
  EXPECT_EQ(config.url, "wss://x/dev");
  EXPECT_EQ(config.user, "Bob");
  EXPECT_EQ(config.device, "laptop");
  EXPECT_EQ(config.state_dir, "/s");
  EXPECT_EQ(config.ca_file, "/ca.pem");
  EXPECT_THAT(config.pins, ElementsAre("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  EXPECT_TRUE(config.insecure);
  EXPECT_EQ(config.log_level, base::LogLevel::kWarning);
  EXPECT_TRUE(config.session.start_oldest);
  EXPECT_FALSE(config.session.make_before_break);
  EXPECT_EQ(config.session.concurrency, 2U);
  EXPECT_EQ(config.session.max_bytes, 4096U);
  EXPECT_EQ(config.session.timing.heartbeat, 4min);
  EXPECT_EQ(config.session.timing.ack_delay, 250ms);
  ASSERT_EQ(config.headers.size(), 1U);
  EXPECT_EQ(config.headers[0].name, "X-A");
  ASSERT_TRUE(config.rules);
  EXPECT_TRUE(config.rules->empty());
  ASSERT_TRUE(config.rate);
  EXPECT_EQ(config.rate->per_minute, 600);
  EXPECT_EQ(config.rate->burst, 600) << "without a burst of its own: a minute's worth";
}

TEST(Config, EveryMistakeIsNamedWithItsPathWhatWasExpectedAndWhatCame) {
  const struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"[]", "the configuration: expected an object, got an empty array"},
      {R"({"url":1})", "url: expected a string, got 1"},
      {R"({"usr":"Bob"})", "usr: unknown; known here are"},
      {R"({"concurrency":0})", "concurrency: expected a whole number from 1 to 64, got 0"},
      {R"({"concurrency":"4"})", "concurrency: expected a whole number from 1 to 64, got \"4\""},
      {R"({"max_bytes":1})", "max_bytes: expected a whole number from 512 to 32768, got 1"},
      {R"({"start":"tail"})", "start: expected \"head\" or \"oldest\", got \"tail\""},
      {R"({"timing":{"heartbeat":8}})",
       "timing.heartbeat: expected a duration like \"30s\" from 100ms to 24h, got 8"},
      {R"({"timing":{"heartbeat":"1ms"}})",
       "timing.heartbeat: expected a duration like \"30s\" from 100ms to 24h, got \"1ms\""},
      {R"({"timing":{"heart":"1m"}})", "timing.heart: unknown; known here are ack_delay"},
      {R"({"tls":{"verify":false}})", "tls.verify: unknown; known here are ca_file, pins"},
      {R"({"tls":{"pins":"sha256//x"}})", "tls.pins: expected an array, got \"sha256//x\""},
      {R"({"tls":{"pins":[]}})", "tls.pins: expected at least one pin, or no \"pins\""},
      {R"({"tls":{"pins":["sha256//AAAA"]}})",
       "tls.pins[0]: expected \"sha256//\" and 44 characters of base64, got \"sha256//AAAA\""},
      {R"({"signers":[]})", "signers: expected 1 to 8 public keys, or no \"signers\""},
      {R"({"signers":["a","b","c","d","e","f","g","h","i"]})", "signers: expected 1 to 8"},
      {R"({"signers":["a",7]})", "signers[1]: expected a public key as beckon-agent keygen"},
      {R"({"signers":[""]})", "signers[0]: expected a public key as beckon-agent keygen"},
      {R"({"require_signature":"yes"})", "require_signature: expected true or false, got"},
      {R"({"headers":{"X-A":"a\nb"}})", "headers.X-A: expected one line of text"},
      {R"({"headers":{"X A":"a"}})", "headers.X A: expected a header's name"},
      {R"({"log_level":"loud"})", "log_level: expected \"debug\" or"},
      {R"({"insecure":"yes"})", "insecure: expected true or false, got \"yes\""},
      {R"({"user":""})", "user: expected a text that is not empty, got \"\""},
      {R"({"device":""})", "device: expected a text that is not empty, got \"\""},
      {R"({"rules":[{"actions":[]}]})",
       "rules[0].actions: expected at least one action, got an empty array"},
      {R"({"rules":[{}]})",
       "rules[0].actions: expected a list of at least one action, but it is missing"},
      {R"({"rules":{}})", "rules: expected an array, got an object"},
      {R"({"rate":30})", "rate: expected an object, got 30"},
      {R"({"rate":{"burst":3}})", "rate.per_minute: expected how many are allowed in a minute"},
      {R"({"rate":{"per_minute":0}})", "rate.per_minute: expected a whole number from 1 to 60000"},
      {R"({"rate":{"per_minute":1,"burst":0}})", "rate.burst: expected a whole number from 1"},
      {R"({"rate":{"per_minute":1,"per_hour":9}})", "rate.per_hour: unknown; known here are"},
  };
  for (const auto& one : cases) {
    Config config;
    EXPECT_THAT(read_config(one.text, {}, config), ElementsAre(HasSubstr(one.error))) << one.text;
  }
}

TEST(Config, AllMistakesAreSaidAtOnce) {
  Config config;
  EXPECT_EQ(read_config(R"({"url":1,"user":2,"nonsense":3})", {}, config).size(), 3U);
}

TEST(Config, TextThatIsNoJsonIsSaidSo) {
  Config config;
  EXPECT_THAT(read_config("{", {}, config), ElementsAre(HasSubstr("not JSON")));
}

Config good() {
  Config config;
  config.url = "wss://x/dev";
  config.user = "Bob";
  config.device = "laptop";
  return config;
}

TEST(Config, WithoutTlsOnlyThisMachineIsReached) {
  Config config = good();
  config.url = "ws://example.org/dev";
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("expected wss://")));
  config.insecure = true;
  EXPECT_THAT(check_config(config), IsEmpty());
  config = good();
  config.url = "ws://127.0.0.1:3001/dev";
  EXPECT_THAT(check_config(config), IsEmpty());
}

TEST(Config, AnIdentityIsWanted) {
  Config config = good();
  config.device.clear();
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("device: expected one")));
  config.user.clear();
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("device, key")));
  config = good();
  config.user = "Bob\r\nX-User-Id: Eve";
  EXPECT_THAT(check_config(config),
              ElementsAre(HasSubstr("user: expected a text without control")));
  config.user = std::string(129, 'x');
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("user: expected at most 128 bytes")));
}

TEST(Config, DurationsMustFitTogether) {
  Config config = good();
  config.session.timing.renew_max = 1min;
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("timing.renew_max: expected at least")));
}

class NoAction final : public Action {
 public:
  void start(Run, const ReceivedEvent&, RunObserver&) override {}
};
class NoType final : public ActionType {
 public:
  std::string_view name() const override { return "none"; }
  std::unique_ptr<Action> make(ObjectReader&) override { return std::make_unique<NoAction>(); }
};

// P-73
TEST(Config, ARuleAsksForASignatureIfItOrTheWholeConfigurationSaysSo) {
  NoType type;
  ActionType* const types[] = {&type};
  Config config;
  ASSERT_THAT(read_config(R"({"signers":["/etc/a.pub","-----BEGIN PUBLIC KEY-----"],"rules":[
                          {"actions":[{"type":"none"}]},
                          {"actions":[{"type":"none"}],"require_signature":true}]})",
                          types, config),
              IsEmpty());
  EXPECT_THAT(config.signers, ElementsAre("/etc/a.pub", "-----BEGIN PUBLIC KEY-----"));
  EXPECT_FALSE((*config.rules)[0].requires_signature);
  EXPECT_TRUE((*config.rules)[1].requires_signature);
  ASSERT_THAT(read_config(R"({"rules":[{"actions":[{"type":"none"}]},{"actions":[{"type":"none"}],
                          "require_signature":false}],"require_signature":true})",
                          types, config),
              IsEmpty());
  EXPECT_TRUE((*config.rules)[0].requires_signature) << "wherever in the text it stands";
  EXPECT_FALSE((*config.rules)[1].requires_signature);
}

// P-73
TEST(Config, ARuleThatAsksForSignaturesNeedsSignersAndADevicesName) {
  Config config = good();
  config.rules = std::make_shared<RuleSet>(1);
  EXPECT_THAT(check_config(config), IsEmpty());
  (*config.rules)[0].requires_signature = true;
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("signers: expected the public key")));
  config.rules.reset();
  config.require_signature = true;
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("signers: expected the public key")));
  config.signers = {"/etc/a.pub"};
  EXPECT_THAT(check_config(config), IsEmpty());
  config.user.clear();
  config.device.clear();
  config.headers = {{"X-User-Id", "Bob"}};
  EXPECT_THAT(check_config(config), ElementsAre(HasSubstr("signatures are for devices by name")));
}

TEST(Config, OneTimingCanBeSetByName) {
  Timing timing;
  EXPECT_EQ(set_timing(timing, "heartbeat", "2m"), std::nullopt);
  EXPECT_EQ(timing.heartbeat, 2min);
  EXPECT_THAT(set_timing(timing, "heartbeat", "soon").value(), HasSubstr("expected a duration"));
  EXPECT_THAT(set_timing(timing, "heart", "2m").value(), HasSubstr("known are ack_delay"));
}

}  // namespace
}  // namespace beckon::agent
