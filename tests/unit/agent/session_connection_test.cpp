// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/unit/agent/session_fixture.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(SessionTest, AnAttemptThatTakesTooLongIsGivenUp) {
  start();
  EXPECT_THAT(pass(19'999ms), IsEmpty());
  EXPECT_THAT(pass(1ms), ElementsAre("close 1 1000", "now waiting"));
}

TEST_F(SessionTest, TheFirstRetryAfterALostLinkIsWithinASecondTheNextWithinMore) {
  go_online();
  pass(2min);
  base::Duration limit = 1s;
  EXPECT_THAT(closed(1), ElementsAre("now waiting"));
  for (Attempt attempt = 2; attempt < 12; ++attempt) {
    EXPECT_LE(until_deadline(), limit);
    EXPECT_THAT(pass(until_deadline()),
                ElementsAre("connect " + std::to_string(attempt), "now connecting"));
    EXPECT_THAT(failed(attempt, 0), ElementsAre("now waiting"));
    limit = std::min<base::Duration>(limit * 2, 60s);
  }
}

class FlappingTest : public SessionTest {
 protected:
  // The longest of twenty waits, each after a link that was up for so long.
  base::Duration longest_wait_after(base::Duration online) {
    base::Duration longest{};
    start();
    for (Attempt attempt = 1; attempt <= 20; ++attempt) {
      opened(attempt);
      answer(attempt, {.cursor = 40, .head = 40});
      pass(online);
      closed(attempt);
      longest = std::max(longest, until_deadline());
      pass(until_deadline());
    }
    return longest;
  }
};

TEST_F(FlappingTest, AMinuteOnlineResetsTheBackoff) {
  EXPECT_LE(longest_wait_after(60s), 1s);
}

TEST_F(FlappingTest, AShorterTimeOnlineDoesNotResetTheBackoff) {
  EXPECT_GT(longest_wait_after(59s), 30s);
}

TEST_F(SessionTest, ARefusedDeviceTriesOnceSoonThenMinutesApartAndSaysWhy) {
  start();
  failed(1, 403);
  EXPECT_LE(until_deadline(), 1s);
  EXPECT_THAT(reason_, HasSubstr("HTTP 403"));
  EXPECT_THAT(reason_, HasSubstr("may belong to another user"));
  for (Attempt attempt = 2; attempt < 6; ++attempt) {
    pass(until_deadline());
    failed(attempt, 401);
    EXPECT_GE(until_deadline(), 90s);
    EXPECT_LE(until_deadline(), 270s);
  }
}

TEST_F(SessionTest, AThrottledDeviceWaitsLongerThanALostOne) {
  start();
  failed(1, 429);
  EXPECT_GE(until_deadline(), 4s);
  EXPECT_LE(until_deadline(), 8s);
}

TEST_F(SessionTest, ADeviceThatWasLetInIsNotThrottledForWhatWasBefore) {
  start();
  for (Attempt attempt = 1; attempt < 12; ++attempt) {
    failed(attempt, 429);
    pass(until_deadline());
  }
  opened(12);
  answer(12, {.cursor = 40, .head = 40});
  closed(12);
  pass(until_deadline());
  failed(13, 429);
  EXPECT_LE(until_deadline(), 60s);
}

TEST_F(SessionTest, ANetworkThatIsBackIsTriedSoon) {
  start();
  for (Attempt attempt = 1; attempt < 10; ++attempt) {
    failed(attempt, 0);
    pass(until_deadline());
  }
  failed(10, 0);
  step(input::NetworkUp{});
  EXPECT_LE(until_deadline(), 2s);
}

TEST_F(SessionTest, ANetworkThatIsBackDoesNotHurryARefusedDevice) {
  start();
  failed(1, 403);
  pass(until_deadline());
  failed(2, 403);
  step(input::NetworkUp{});
  EXPECT_GE(until_deadline(), 90s);
}

// Somebody who has just registered the device does not wait for minutes, and can read how.
TEST_F(SessionTest, ARefusedDeviceTriesAtOnceWhenItIsAskedTo) {
  options_.try_now_by = "SIGHUP";
  start();
  failed(1, 401);
  EXPECT_THAT(reason_, Not(HasSubstr("SIGHUP"))) << "the second attempt comes soon by itself";
  pass(until_deadline());
  failed(2, 401);
  EXPECT_THAT(reason_, HasSubstr(" s, at once on SIGHUP"));
  EXPECT_THAT(step(input::TryNow{}), ElementsAre("connect 3", "now connecting"));
  EXPECT_THAT(step(input::TryNow{}), IsEmpty()) << "it is under way";
  failed(3, 401);
  EXPECT_GE(until_deadline(), 90s) << "one attempt for one request";
}

TEST_F(SessionTest, AskedToTryWhileOnlineOrStoppingItDoesNothing) {
  EXPECT_THAT(step(input::TryNow{}), IsEmpty()) << "before the start";
  go_online();
  EXPECT_THAT(step(input::TryNow{}), IsEmpty());
  step(input::Stop{});
  EXPECT_THAT(step(input::TryNow{}), IsEmpty());
}

TEST_F(SessionTest, ANetworkChangeProbesTheLink) {
  go_online();
  step(input::NetworkUp{});
  EXPECT_THAT(pass(2s), Contains(StartsWith("send 1")));
}

TEST_F(SessionTest, LateReportsOfAnOldConnectionTouchNothing) {
  go_online();
  closed(1);
  pass(1s);
  EXPECT_THAT(closed(1), IsEmpty());
  EXPECT_THAT(event(1, 41), IsEmpty());
  EXPECT_THAT(opened(1), IsEmpty());
  EXPECT_THAT(failed(1, 403), IsEmpty());
  EXPECT_THAT(step(input::Oversized{1}), IsEmpty());
  EXPECT_EQ(session().state(), State::kConnecting);
}

}  // namespace
}  // namespace beckon::agent
