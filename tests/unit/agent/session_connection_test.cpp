// SPDX-License-Identifier: Apache-2.0
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

TEST_F(SessionTest, AShortTimeOnlineDoesNotResetTheBackoff) {
  start();
  for (Attempt attempt = 1; attempt < 10; ++attempt) {
    failed(attempt, 503);
    pass(until_deadline());
  }
  opened(10);
  answer(10, {.cursor = 40, .head = 40});
  pass(59s);
  closed(10);
  bool beyond_first = until_deadline() > 1s;
  for (Attempt attempt = 11; attempt < 20; ++attempt) {
    pass(until_deadline());
    failed(attempt, 503);
    beyond_first = beyond_first || until_deadline() > 1s;
  }
  EXPECT_TRUE(beyond_first);
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

class RenewalTest : public SessionTest {
 protected:
  // Until the session begins to renew; answers its heartbeats.
  Lines live(base::Duration most) {
    const base::Instant end = now_ + most;
    while (now_ < end) {
      for (const std::string& line : pass(std::min(until_deadline(), end - now_))) {
        if (line.starts_with("send 1")) answer(1, {.cursor = 40, .head = 40});
        if (line.starts_with("connect")) return {line};
      }
    }
    return {};
  }

  // The new connection is open, and its sync does not say that 41 is done.
  void acknowledge_on_the_old_connection() {
    go_online();
    live(3h);
    event(1, 41);
    opened(2);  // its sync says ep:40
    finish(41);
    ASSERT_THAT(pass(1s).back(), StartsWith(R"(send 1 {"action":"sync","cursor":"ep:41")"));
  }
};

// P-33
TEST_F(RenewalTest, ALinkIsRenewedAtARandomAgeBeforeTheGatewayCutsIt) {
  go_online();
  EXPECT_THAT(live(3h), ElementsAre("connect 2"));
  const base::Duration age = now_ - base::Instant{};
  EXPECT_GE(age, 95min);
  EXPECT_LE(age, 118min);
}

TEST_F(RenewalTest, TheNewConnectionIsSyncedBeforeTheOldOneCloses) {
  go_online();
  live(3h);
  EXPECT_THAT(event(1, 41), ElementsAre("dispatch 41")) << "the old one still works";
  EXPECT_THAT(
      opened(2),
      ElementsAre(R"(send 2 {"action":"sync","cursor":"ep:40","after":41,"max_bytes":16384})"));
  EXPECT_THAT(answer(2, {.cursor = 41, .head = 41, .events = {41}}), ElementsAre("close 1 1000"));
  EXPECT_EQ(session().state(), State::kOnline);
  EXPECT_THAT(event(2, 42), ElementsAre("dispatch 42"));
}

TEST_F(RenewalTest, TheServerClosingTheOldOneFirstChangesNothing) {
  go_online();
  live(3h);
  opened(2);
  EXPECT_THAT(closed(1), ElementsAre("now syncing"));
  EXPECT_THAT(answer(2, {.cursor = 40, .head = 40}), ElementsAre("now online"));
}

TEST_F(RenewalTest, AReportThatTheOldConnectionCarriedIsSentAgain) {
  go_online();
  live(3h);
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}});
  ASSERT_THAT(pass(1s).back(), HasSubstr("failed"));
  opened(2);
  EXPECT_THAT(answer(2, {.cursor = 41, .head = 41}).back(), HasSubstr(R"("failed":[{"seq":41)"));
}

TEST_F(RenewalTest, AnAcknowledgementThatTheOldConnectionCarriedIsSentAgain) {
  acknowledge_on_the_old_connection();
  EXPECT_THAT(answer(2, {.cursor = 41, .head = 41, .events = {41}}),
              ElementsAre("close 1 1000",
                          R"(send 2 {"action":"sync","cursor":"ep:41","max_bytes":16384})"));
}

// As the backend does it: it closes the old connection before it answers on the new one.
TEST_F(RenewalTest, AnAcknowledgementOnAnOldConnectionThatTheServerClosedIsSentAgain) {
  acknowledge_on_the_old_connection();
  closed(1);
  EXPECT_THAT(
      answer(2, {.cursor = 41, .head = 41, .events = {41}}),
      ElementsAre("now online", R"(send 2 {"action":"sync","cursor":"ep:41","max_bytes":16384})"));
}

TEST_F(RenewalTest, AnAcknowledgementThatWasRefusedOnTheOldConnectionIsSentAgain) {
  acknowledge_on_the_old_connection();
  text(1, R"({"type":"error","code":"superseded","message":"this device has a newer connection"})");
  EXPECT_THAT(answer(2, {.cursor = 41, .head = 41, .events = {41}}),
              ElementsAre("close 1 1000",
                          R"(send 2 {"action":"sync","cursor":"ep:41","max_bytes":16384})"));
}

TEST_F(RenewalTest, AFailedRenewalKeepsTheOldConnectionAndTriesAgain) {
  go_online();
  live(3h);
  EXPECT_THAT(failed(2, 503), Not(Contains(StartsWith("now"))));
  EXPECT_EQ(session().state(), State::kOnline);
  const base::Instant before = now_;
  EXPECT_THAT(live(1h), ElementsAre("connect 3"));
  EXPECT_LE(now_ - before, 1min);
}

TEST_F(RenewalTest, RenewalWaitsForQuietButNotForever) {
  go_online();
  std::uint64_t seq = 41;
  bool renewed = false;
  for (int second = 0; second < 120 * 60 && !renewed; ++second) {
    for (const std::string& line : pass(1s)) {
      renewed = renewed || line.starts_with("connect 2");
      if (line.starts_with("send 1")) answer(1, {.cursor = seq - 1, .head = seq - 1});
    }
    event(1, seq);
    finish(seq++);
  }
  EXPECT_TRUE(renewed);
  EXPECT_LE(now_ - base::Instant{}, 118min);
}

TEST_F(RenewalTest, WhereMemoryIsShortTheOldOneGoesFirst) {
  options_.make_before_break = false;
  make(protocol::Cursor{"ep", 40});
  go_online();
  Lines lines;
  while (lines.empty() && now_ - base::Instant{} < 3h) {
    lines = pass(until_deadline());
    if (lines.size() == 1 && lines[0].starts_with("send 1")) {
      answer(1, {.cursor = 40, .head = 40});
      lines.clear();
    }
  }
  EXPECT_THAT(lines, ElementsAre("close 1 1000", "connect 2", "now connecting"));
}

}  // namespace
}  // namespace beckon::agent
