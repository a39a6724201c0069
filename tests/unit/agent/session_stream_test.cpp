// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/agent/session_fixture.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSyncAt40[] = R"(send 1 {"action":"sync","cursor":"ep:40","max_bytes":16384})";

std::string sync_at(std::uint64_t cursor, std::uint64_t after) {
  return R"(send 1 {"action":"sync","cursor":"ep:)" + std::to_string(cursor) + R"(","after":)" +
         std::to_string(after) + R"(,"max_bytes":16384})";
}

// P-24
TEST_F(SessionTest, TheNextEventIsHandledADuplicateIsDropped) {
  go_online();
  EXPECT_THAT(event(1, 41), ElementsAre("dispatch 41"));
  EXPECT_THAT(event(1, 41), IsEmpty());
  EXPECT_THAT(event(1, 40), IsEmpty());
  EXPECT_THAT(event(1, 42), ElementsAre("dispatch 42"));
}

// P-13, P-24
TEST_F(SessionTest, AGapIsDroppedAndRepairedBySync) {
  go_online();
  EXPECT_THAT(event(1, 43), ElementsAre(kSyncAt40));
  EXPECT_THAT(answer(1, {.cursor = 43, .head = 43, .events = {41, 42, 43}}),
              ElementsAre("dispatch 41", "dispatch 42", "dispatch 43"));
}

// P-11: `after`
TEST_F(SessionTest, AnEventThatTakesLongDoesNotHoldBackThoseAfterAGap) {
  go_online();
  event(1, 41);
  EXPECT_THAT(event(1, 45), ElementsAre(sync_at(40, 41)));
  EXPECT_THAT(answer(1, {.cursor = 43, .head = 45, .events = {42, 43}, .more = true}),
              ElementsAre("dispatch 42", "dispatch 43", sync_at(40, 43)));
  finish(42);
  finish(43);
  EXPECT_THAT(answer(1, {.cursor = 45, .head = 45, .events = {44, 45}}),
              ElementsAre("dispatch 44", "dispatch 45"));
  finish(44);
  EXPECT_EQ(stored_, "") << "41 still runs: nothing after it is acknowledged";
  finish(41);
  EXPECT_EQ(stored_, "ep:44");
}

// P-24
TEST_F(SessionTest, ItSyncsAgainWhileItIsBehindTheHighestSeen) {
  go_online();
  event(1, 43);
  event(1, 45);
  EXPECT_THAT(answer(1, {.cursor = 43, .head = 43, .events = {41, 42, 43}}),
              Contains(sync_at(40, 43)))
      << "45 was appended between the query and its answer";
}

// P-24
TEST_F(SessionTest, AnEventSeenBeforeTheFirstAnswerIsNotMissed) {
  make(std::nullopt);
  start();
  opened(1);
  EXPECT_THAT(event(1, 100), IsEmpty());
  EXPECT_THAT(answer(1, {.cursor = 99, .head = 99}),
              ElementsAre("now online", "store ep:99",
                          R"(send 1 {"action":"sync","cursor":"ep:99","max_bytes":16384})"));
}

// P-20
TEST_F(SessionTest, EventsForOthersArePassedOver) {
  go_online();
  event(1, 44);
  EXPECT_THAT(answer(1, {.cursor = 46, .head = 46, .events = {44}}),
              ElementsAre("dispatch 44", "store ep:43"));
  finish(44);
  EXPECT_THAT(pass(100ms), ElementsAre("store ep:46"));
  EXPECT_THAT(event(1, 47), ElementsAre("dispatch 47"));
}

// P-2, P-42
TEST_F(SessionTest, TheCursorMovesOverTheFinishedPrefixOnly) {
  go_online();
  event(1, 41);
  event(1, 42);
  event(1, 43);
  EXPECT_THAT(finish(43), IsEmpty());
  EXPECT_THAT(finish(41), ElementsAre("store ep:41"));
  pass(1s);
  EXPECT_THAT(finish(42), ElementsAre("store ep:43"));
}

TEST_F(SessionTest, NoMoreThanConcurrencyEventsAreInFlightAndInOrder) {
  options_.concurrency = 2;
  make(protocol::Cursor{"ep", 40});
  go_online();
  EXPECT_THAT(event(1, 41), ElementsAre("dispatch 41"));
  EXPECT_THAT(event(1, 42), ElementsAre("dispatch 42"));
  EXPECT_THAT(event(1, 43), IsEmpty());
  EXPECT_THAT(event(1, 44), IsEmpty());
  EXPECT_THAT(finish(42), ElementsAre("dispatch 43"));
  EXPECT_THAT(finish(41), ElementsAre("dispatch 44", "store ep:42"));
}

// P-21
TEST_F(SessionTest, AnEventTooLargeIsPassedAndReported) {
  go_online();
  event(1, 42);
  EXPECT_THAT(answer(1, {.cursor = 41, .head = 41, .too_large = {41}}).back(),
              HasSubstr(R"("cursor":"ep:41")"));
  EXPECT_THAT(session().window().taken_seq(), 41);
}

// P-21
TEST_F(SessionTest, AnEventTooLargeIsReportedOnce) {
  start();
  opened(1);
  answer(1, {.cursor = 41, .head = 41, .too_large = {41}});
  const Lines lines = pass(1s);
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(),
              HasSubstr(R"("failed":[{"seq":41,"action":"receive","error":"too large)"));
}

// P-22
TEST_F(SessionTest, LostEventsAreSaid) {
  start();
  opened(1);
  EXPECT_THAT(answer(1, {.cursor = 50, .head = 50, .lost = 10}), Contains("lost 10"));
}

// P-22
TEST_F(SessionTest, AnEventThatOvertookItsOwnLossIsNotSaidToBeLost) {
  go_online();
  EXPECT_THAT(event(1, 42), ElementsAre(kSyncAt40));
  EXPECT_THAT(event(1, 41), ElementsAre("dispatch 41"));
  EXPECT_THAT(answer(1, {.cursor = 42, .head = 42, .events = {42}, .lost = 1}),
              ElementsAre(sync_at(40, 41)))
      << "41 had expired when the server looked, and it is asked again for what comes after";
  EXPECT_THAT(answer(1, {.cursor = 42, .head = 42, .events = {42}}), ElementsAre("dispatch 42"));
}

// P-23
TEST_F(SessionTest, ANewEpochStartsAtTheOldestEventKept) {
  start();
  opened(1);
  EXPECT_THAT(answer(1, {.cursor = 2, .head = 2, .events = {1, 2}, .reset = true, .epoch = "new"}),
              ElementsAre("now online", "reset new:0", "dispatch 1", "dispatch 2", "store new:0"));
  EXPECT_THAT(finish(1), IsEmpty());
  pass(1s);
  EXPECT_EQ(stored_, "new:1");
}

TEST_F(SessionTest, WhatWasAnnouncedInTheOldEpochIsNotAskedForInTheNewOne) {
  go_online();
  event(1, 50);  // a gap: up to 50 is asked for
  EXPECT_THAT(answer(1, {.cursor = 2, .head = 2, .events = {}, .reset = true, .epoch = "new"}),
              ElementsAre("reset new:2", "store new:2"));
  EXPECT_THAT(pass(1min), Not(Contains(HasSubstr("send"))));
}

TEST_F(SessionTest, WhatRanInTheOldEpochDoesNotMoveTheNewCursor) {
  go_online();
  event(1, 41);
  EXPECT_THAT(event(1, 1, "new"), ElementsAre(sync_at(40, 41)));
  answer(1, {.cursor = 2, .head = 2, .events = {1, 2}, .reset = true, .epoch = "new"});
  finish(41, {{0, "exec", "timeout"}});
  EXPECT_THAT(pass(5s), Not(Contains(HasSubstr("failed"))));
  EXPECT_EQ(stored_, "new:0");
}

// P-23
TEST_F(SessionTest, ACursorAheadOfTheStreamStartsAnew) {
  start();
  opened(1);
  EXPECT_THAT(answer(1, {.cursor = 3, .head = 3, .events = {2, 3}, .reset = true}),
              Contains("reset ep:1"));
  EXPECT_THAT(session().window().taken_seq(), 3);
}

// P-23, P-42
TEST_F(SessionTest, AResetThatIsRepeatedBecauseTheCursorCannotBeStoredDispatchesNothingTwice) {
  storage_works_ = false;
  start();
  opened(1);
  answer(1, {.cursor = 2, .head = 2, .events = {1, 2}, .reset = true, .epoch = "new"});
  finish(1);
  finish(2);
  closed(1);
  pass(1s);
  EXPECT_THAT(opened(2).back(), HasSubstr(R"("cursor":"new:0")"));
  EXPECT_THAT(answer(2, {.cursor = 2, .head = 2, .events = {1, 2}, .epoch = "new"}),
              Not(Contains(HasSubstr("dispatch"))));
}

// P-42
TEST_F(SessionTest, AStaleAnswerMovesNothingBack) {
  go_online();
  event(1, 41);
  EXPECT_THAT(event(1, 43), Contains(HasSubstr("send")));
  EXPECT_THAT(answer(1, {.cursor = 41, .head = 41, .events = {41}}),
              Not(Contains(HasSubstr("dispatch"))));
  EXPECT_EQ(session().window().taken_seq(), 41);
}

TEST_F(SessionTest, ALiveEventThatDoesNotFitTheQueueComesBackBySync) {
  options_.max_bytes = 512;
  options_.concurrency = 1;
  make(protocol::Cursor{"ep", 40});
  go_online();
  std::uint64_t seq = 41;
  while (session().window().taken_seq() == seq - 1) event(1, seq++);
  EXPECT_LT(session().window().queued_bytes(), 1100U);
  const std::uint64_t taken = session().window().taken_seq();
  Lines lines;
  for (std::uint64_t one = 41; one <= taken; ++one) {
    for (std::string& line : finish(one)) lines.push_back(std::move(line));
  }
  EXPECT_THAT(lines.back(), HasSubstr("ep:" + std::to_string(taken)));
  EXPECT_THAT(lines.back(), HasSubstr("send 1"));
}

}  // namespace
}  // namespace beckon::agent
