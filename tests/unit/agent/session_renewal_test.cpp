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

class RenewalTest : public SessionTest {
 protected:
  // Until the session begins to renew; answers the heartbeats on this attempt's connection.
  Lines live(base::Duration most, Attempt attempt = 1) {
    const std::string sync = "send " + std::to_string(attempt) + " ";
    const base::Instant end = now_ + most;
    while (now_ < end) {
      for (const std::string& line : pass(std::min(until_deadline(), end - now_))) {
        if (line.starts_with(sync)) answer(attempt, {.cursor = 40, .head = 40});
        if (line.starts_with("connect")) return {line};
      }
    }
    return {};
  }

  // Online, with an age of its connection that is known.
  void go_online_to_renew_at(base::Duration age) {
    options_.timing.renew_min = options_.timing.renew_max = age;
    make(protocol::Cursor{"ep", 40});
    go_online();
  }

  // An event each second, each handled at once, until this time or a renewal.
  bool renews_while_busy_until(base::Duration time) {
    bool renewed = false;
    while (now_ - base::Instant{} < time && !renewed) {
      for (const std::string& line : pass(1s)) {
        renewed = renewed || line.starts_with("connect 2");
        if (line.starts_with("send 1")) answer(1, {.cursor = next_seq_ - 1, .head = next_seq_ - 1});
      }
      event(1, next_seq_);
      finish(next_seq_++);
    }
    return renewed;
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

  std::uint64_t next_seq_ = 41;
};

// P-33
TEST_F(RenewalTest, ALinkIsRenewedAtARandomAgeBeforeTheGatewayCutsIt) {
  go_online();
  EXPECT_THAT(live(3h), ElementsAre("connect 2"));
  const base::Duration age = now_ - base::Instant{};
  EXPECT_GE(age, 95min);
  EXPECT_LE(age, 118min);
}

TEST_F(RenewalTest, AFleetThatConnectedTogetherDoesNotRenewTogether) {
  go_online();
  base::Duration youngest = 3h;
  base::Duration oldest{};
  for (Attempt attempt = 2; attempt < 30; ++attempt) {
    const base::Instant begun = now_;
    ASSERT_THAT(live(3h, attempt - 1), ElementsAre("connect " + std::to_string(attempt)));
    youngest = std::min<base::Duration>(youngest, now_ - begun);
    oldest = std::max<base::Duration>(oldest, now_ - begun);
    opened(attempt);
    answer(attempt, {.cursor = 40, .head = 40});
  }
  EXPECT_GE(youngest, 95min);
  EXPECT_LE(youngest, 99min);
  EXPECT_GE(oldest, 111min);
  EXPECT_LE(oldest, 116min);
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
  EXPECT_GE(now_ - before, 30s);
  EXPECT_LE(now_ - before, 60s);
}

TEST_F(RenewalTest, RenewalWaitsForTwoSecondsWithoutEvents) {
  go_online_to_renew_at(100min);
  EXPECT_FALSE(renews_while_busy_until(101min));
  EXPECT_THAT(pass(1s).back(), StartsWith("send 1")) << "the acknowledgement of the last event";
  answer(1, {.cursor = next_seq_ - 1, .head = next_seq_ - 1});
  EXPECT_THAT(pass(999ms), IsEmpty());
  EXPECT_THAT(pass(1ms), ElementsAre("connect 2"));
}

TEST_F(RenewalTest, RenewalWaitsForWhatRuns) {
  go_online_to_renew_at(100min);
  live(99min);
  event(1, 41);
  EXPECT_THAT(live(2min), IsEmpty());
  EXPECT_THAT(finish(41), Contains("connect 2"));
}

TEST_F(RenewalTest, RenewalDoesNotWaitForEver) {
  go_online_to_renew_at(100min);
  EXPECT_TRUE(renews_while_busy_until(103min));
  EXPECT_EQ(now_ - base::Instant{}, 102min);
}

TEST_F(RenewalTest, AStopEndsBothConnections) {
  go_online();
  live(3h);
  opened(2);
  EXPECT_THAT(step(input::Stop{}),
              ElementsAre("close 2 1001", "now stopping", "close 1 1001", "now stopped"));
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
