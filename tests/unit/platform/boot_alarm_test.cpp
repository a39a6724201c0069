// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/boot_alarm.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/platform/loop_fixture.h"

namespace beckon::platform {
namespace {

using namespace std::chrono_literals;

// Notes when it was called, and ends the loop's run.
class Bell final : public TimerWatcher {
 public:
  explicit Bell(std::unique_ptr<Loop>& loop) : loop_(loop) {}
  void timer_fired() override {
    rung.push_back(base::monotonic_now());
    loop_->stop();
  }

  std::vector<base::Instant> rung;

 private:
  std::unique_ptr<Loop>& loop_;
};

class BootAlarmTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    auto alarm = BootAlarm::create(*loop_, bell_);
    ASSERT_TRUE(alarm);
    alarm_ = std::move(*alarm);
  }
  void TearDown() override {
    alarm_.reset();
    LoopTest::TearDown();
  }

  Bell bell_{loop_};
  std::unique_ptr<BootAlarm> alarm_;
};

TEST_F(BootAlarmTest, ItRingsOnceAndNeverEarly) {
  const base::Instant at = base::monotonic_now() + 50ms;
  alarm_->set(at);
  run();
  ASSERT_EQ(bell_.rung.size(), 1U);
  EXPECT_GE(bell_.rung[0], at);
  EXPECT_LT(bell_.rung[0] - at, 2s);
}

TEST_F(BootAlarmTest, TheLastTimeSetIsTheOneThatHolds) {
  alarm_->set(base::monotonic_now() + 1h);
  alarm_->set(base::monotonic_now() + 20ms);
  alarm_->set(std::nullopt);
  const base::Instant at = base::monotonic_now() + 60ms;
  alarm_->set(at);
  run();
  ASSERT_EQ(bell_.rung.size(), 1U);
  EXPECT_GE(bell_.rung[0], at);
}

TEST_F(BootAlarmTest, APastTimeRingsSoon) {
  alarm_->set(base::Instant{});
  run();
  EXPECT_EQ(bell_.rung.size(), 1U);
}

// A timer on another clock would be late by the time of a suspend, and no test can suspend.
TEST_F(BootAlarmTest, ItsClockIsTheOneThatGoesOnInASuspend) {
  bool found = false;
  for (const auto& one : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
    std::ifstream file(one.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    found = found || text.find("clockid: " + std::to_string(CLOCK_BOOTTIME) + "\n") != text.npos;
  }
  EXPECT_TRUE(found);
}

TEST(SuspendWatch, OnlyASuspendIsOne) {
  SuspendWatch watch;
  EXPECT_FALSE(watch.slept(1000s, 400s)) << "what was before it began does not count";
  EXPECT_FALSE(watch.slept(5000s, 4400s)) << "time that passes is no suspend";
  EXPECT_TRUE(watch.slept(5100s, 4440s)) << "a minute of the hundred seconds is missing";
  EXPECT_FALSE(watch.slept(5101s, 4441s)) << "it is told once";
}

TEST(SuspendWatch, AShortOneDoesNotCountButSeveralDo) {
  SuspendWatch watch;
  EXPECT_FALSE(watch.slept(10s, 10s));
  EXPECT_FALSE(watch.slept(20s, 18s));
  EXPECT_TRUE(watch.slept(30s, 26s));
}

}  // namespace
}  // namespace beckon::platform
