// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/agent/session_fixture.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(SessionTest, AnIdleSessionEndsAtOnce) {
  go_online();
  EXPECT_THAT(step(input::Stop{}), ElementsAre("now stopping", "close 1 1001", "now stopped"));
  EXPECT_EQ(session().deadline(), std::nullopt);
}

TEST_F(SessionTest, WhatWasHandledIsAcknowledgedBeforeTheEnd) {
  go_online();
  event(1, 41);
  finish(41);
  EXPECT_THAT(step(input::Stop{}),
              ElementsAre("now stopping",
                          R"(send 1 {"action":"sync","cursor":"ep:41","max_bytes":16384})"));
  EXPECT_THAT(answer(1, {.cursor = 41, .head = 41}), ElementsAre("close 1 1001", "now stopped"));
}

TEST_F(SessionTest, WhatRunsIsFinishedFirst) {
  go_online();
  event(1, 41);
  EXPECT_THAT(step(input::Stop{}), ElementsAre("now stopping"));
  EXPECT_THAT(event(1, 42), IsEmpty()) << "nothing new begins";
  EXPECT_THAT(finish(41), ElementsAre("store ep:41", HasSubstr("ep:41")));
  EXPECT_THAT(answer(1, {.cursor = 41, .head = 41}), Contains("now stopped"));
}

TEST_F(SessionTest, WhatIsQueuedDoesNotBeginAnyMore) {
  options_.concurrency = 1;
  make(protocol::Cursor{"ep", 40});
  go_online();
  event(1, 41);
  event(1, 42);
  step(input::Stop{});
  EXPECT_THAT(finish(41), ElementsAre("store ep:41", HasSubstr("ep:41")));
}

TEST_F(SessionTest, AnAcknowledgementThatWasRefusedIsTriedAgainBeforeTheEnd) {
  go_online();
  event(1, 41);
  finish(41);
  pass(1s);
  event(1, 42);
  text(1, R"({"message":"Internal server error","connectionId":"c","requestId":"r"})");
  step(input::Stop{});
  EXPECT_THAT(finish(42), ElementsAre("store ep:42"));
  EXPECT_THAT(pass(3s), Contains(HasSubstr("ep:42")));
}

TEST_F(SessionTest, WhatDoesNotFinishInTimeStaysUnacknowledged) {
  options_.timing.stop_grace = 7s;
  go_online();
  event(1, 41);
  event(1, 42);
  finish(42);
  step(input::Stop{});
  EXPECT_THAT(pass(6999ms), Not(Contains("now stopped")));
  const Lines lines = pass(1ms);
  EXPECT_THAT(lines, Contains("now stopped"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("ep:42"))));
  EXPECT_EQ(stored_, "");
}

TEST_F(SessionTest, ASecondStopDoesNotWait) {
  go_online();
  event(1, 41);
  step(input::Stop{});
  EXPECT_THAT(step(input::Stop{}), ElementsAre("close 1 1001", "now stopped"));
}

TEST_F(SessionTest, ASessionWithoutALinkEndsAtOnce) {
  start();
  EXPECT_THAT(step(input::Stop{}), ElementsAre("close 1 1001", "now stopping", "now stopped"));
}

TEST_F(SessionTest, AStopDuringTheFirstSyncEndsWithItsAnswer) {
  start();
  opened(1);
  EXPECT_THAT(step(input::Stop{}), ElementsAre("now stopping"));
  EXPECT_THAT(answer(1, {.cursor = 40, .head = 43}), ElementsAre("close 1 1001", "now stopped"));
}

TEST_F(SessionTest, ALinkThatEndsWhileStoppingIsNotReplaced) {
  go_online();
  event(1, 41);
  step(input::Stop{});
  EXPECT_THAT(closed(1), IsEmpty());
  EXPECT_THAT(finish(41), ElementsAre("store ep:41", "now stopped"));
}

}  // namespace
}  // namespace beckon::agent
