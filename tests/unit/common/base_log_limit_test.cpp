// SPDX-License-Identifier: Apache-2.0
#include "common/base/log_limit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beckon::base {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

Instant now_of_test{};

class LogLimitTest : public ::testing::Test, private LogSink {
 protected:
  void SetUp() override { now_of_test = Instant{}; }

  void say(const char* module, int times, LogLevel level = LogLevel::kWarning) {
    for (int i = 0; i < times; ++i) limit_.write(level, module, "no");
  }
  static void pass(Duration time) { now_of_test += time; }

  std::vector<std::string> lines_;
  LogLimit limit_{*this, [] { return now_of_test; }};

 private:
  void write(LogLevel, std::string_view module, std::string_view text) override {
    lines_.push_back(std::string(module) + ": " + std::string(text));
  }
  bool enabled(LogLevel) const override { return true; }
};

TEST_F(LogLimitTest, AFloodEndsAfterTheFirstLinesAndTheLastOneSaysSo) {
  say("session", 100'000);
  ASSERT_EQ(lines_.size(), 200U);
  EXPECT_EQ(lines_[198], "session: no");
  EXPECT_THAT(lines_[199], HasSubstr("from here on one in 5 s"));
}

TEST_F(LogLimitTest, TheNextLineSaysHowManyWereLeftOut) {
  say("session", 1'200);
  pass(Duration(4'999));
  say("session", 1);
  EXPECT_EQ(lines_.size(), 200U);
  pass(Duration(1));
  say("session", 2);
  ASSERT_EQ(lines_.size(), 201U);
  EXPECT_THAT(lines_[200], EndsWith("no [1001 lines before this one were left out]"));
}

TEST_F(LogLimitTest, AModuleThatIsFloodedHidesNoOther) {
  say("session", 1'000);
  lines_.clear();
  say("agent", 1);
  EXPECT_THAT(lines_, ElementsAre("agent: no"));
}

TEST_F(LogLimitTest, AfterAPauseThereIsRoomAgain) {
  say("session", 1'000);
  lines_.clear();
  pass(LogLimit::kLineEvery * 300);
  say("session", 100);
  EXPECT_EQ(lines_.size(), 100U);
  EXPECT_THAT(lines_[0], HasSubstr("800 lines"));
  EXPECT_EQ(lines_[1], "session: no");
}

TEST_F(LogLimitTest, DebugIsNotLimited) {
  say("session", 1'000, LogLevel::kDebug);
  EXPECT_EQ(lines_.size(), 1'000U);
}

}  // namespace
}  // namespace beckon::base
