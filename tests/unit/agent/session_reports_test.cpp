// SPDX-License-Identifier: Apache-2.0
// Failure reports and the storage: no cursor passes an event whose failure could still be lost.
#include "tests/unit/agent/session_fixture.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Matches;
using ::testing::Not;

int reports_in(const std::string& line) {
  int count = 0;
  for (std::size_t at = 0; (at = line.find("{\"seq\"", at)) != std::string::npos; ++at) ++count;
  return count;
}

// P-46
TEST_F(SessionTest, AFailureOutlivesACrashAfterItsCursorWasStored) {
  go_online();
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}});
  pass(100ms);
  ASSERT_EQ(stored_, "ep:41");
  crash();
  start();
  EXPECT_THAT(opened(1).back(),
              HasSubstr(R"("cursor":"ep:41","max_bytes":16384,)"
                        R"("failed":[{"seq":41,"action":"exec","error":"timeout"}])"));
}

// P-11: its event comes again, and may end well.
TEST_F(SessionTest, AFailureThatTheCursorHasNotPassedIsForgottenByACrash) {
  go_online();
  event(1, 41);
  event(1, 42);
  finish(41, {{0, "exec", "timeout"}});
  pass(100ms);
  const std::string before = stored_;
  finish(42, {{0, "exec", "timeout"}});
  pass(100ms);
  stored_ = before;  // the power went between the two writes
  crash();
  start();
  EXPECT_EQ(reports_in(opened(1).back()), 1);
}

TEST_F(SessionTest, AnsweredReportsLeaveTheStorageWithTheNextCursor) {
  go_online();
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}});
  pass(1s);
  answer(1, {.cursor = 41, .head = 41});
  event(1, 42);
  finish(42);
  pass(1s);
  EXPECT_EQ(stored_, "ep:42");
  EXPECT_EQ(stored_reports_, R"({"epoch":"ep","failed":[]})");
}

TEST_F(SessionTest, WithoutFailuresOnlyTheCursorIsWritten) {
  go_online();
  for (std::uint64_t seq = 41; seq <= 60; ++seq) {
    event(1, seq);
    finish(seq);
    pass(100ms);
  }
  EXPECT_EQ(stored_, "ep:60");
  EXPECT_EQ(report_writes_, 0);
}

TEST_F(SessionTest, ReportsThatCouldNotBeStoredAreGivenToTheStorageAgain) {
  go_online();
  storage_works_ = false;
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}});
  pass(5s);
  storage_works_ = true;
  pass(10s);
  EXPECT_EQ(stored_, "ep:41");
  ASSERT_TRUE(stored_reports_);
  EXPECT_EQ(reports_in(*stored_reports_), 1);
}

// Of a file that holds more than was kept nobody knows what it lacks.
TEST_F(SessionTest, ReportsOfTheSameEndsAsTheFilesAreWrittenNevertheless) {
  stored_ = "ep:40";
  stored_reports_ = R"({"epoch":"ep","failed":[{"seq":41,"action":"a","error":"e"},)"
                    R"({"seq":43,"action":"a","error":"e"}]})";
  crash();
  go_online();
  for (const std::uint64_t seq : {41U, 42U, 43U}) event(1, seq);
  for (const std::uint64_t seq : {43U, 42U, 41U}) finish(seq, {{0, "exec", "timeout"}});
  pass(100ms);
  EXPECT_EQ(stored_, "ep:43");
  EXPECT_EQ(reports_in(*stored_reports_), 3);
}

TEST_F(SessionTest, AReportInTheFileIsNotBelievedOnceItsEventHasEndedWell) {
  stored_ = "ep:40";  // the power went between the two writes
  stored_reports_ = R"({"epoch":"ep","failed":[{"seq":41,"action":"a","error":"e"}]})";
  crash();
  go_online();
  event(1, 41);
  finish(41);
  pass(100ms);
  EXPECT_EQ(stored_, "ep:41");
  EXPECT_EQ(reports_in(*stored_reports_), 0);
}

TEST_F(SessionTest, MoreReportsThanTheFirstSyncTakesFollowInTheNext) {
  std::string reports;
  for (int seq = 41; seq <= 80; ++seq) {
    if (!reports.empty()) reports += ",";
    reports += R"({"seq":)" + std::to_string(seq) + R"(,"action":"a","error":"e"})";
  }
  stored_ = "ep:80";
  stored_reports_ = R"({"epoch":"ep","failed":[)" + reports + "]}";
  crash();
  start();
  EXPECT_EQ(reports_in(opened(1).back()), 32);
  EXPECT_EQ(reports_in(answer(1, {.cursor = 80, .head = 80}).back()), 8);
}

// What JSON makes of them would be six times as long as the storage has room for.
TEST_F(SessionTest, ControlCharactersInAReportAreSpaces) {
  go_online();
  event(1, 41);
  finish(41, {{0, "a\tb", "one\ntwo\x01\x7F"}});
  EXPECT_THAT(pass(1s).back(), HasSubstr(R"({"seq":41,"action":"a b","error":"one two  "})"));
}

TEST_F(SessionTest, ReportsOfAnotherEpochAreNotOurs) {
  stored_ = "ep:50";
  stored_reports_ = R"({"epoch":"old","failed":[{"seq":41,"action":"a","error":"e"}]})";
  crash();
  start();
  EXPECT_THAT(opened(1).back(), Not(HasSubstr("failed")));
}

// P-46
TEST_F(SessionTest, TheCursorWaitsBeforeAFailureThatTheStorageHasNoRoomFor) {
  go_online();
  const std::string long_error(200, 'x');
  for (std::uint64_t seq = 41; seq <= 140; ++seq) {
    event(1, seq);
    finish(seq, {{0, "exec", long_error}});
  }
  const Lines first = pass(1s);
  ASSERT_THAT(stored_, Not("ep:140"));
  const auto cursor = protocol::parse_cursor(stored_);
  ASSERT_TRUE(cursor);
  EXPECT_EQ(static_cast<std::uint64_t>(reports_in(*stored_reports_)), cursor->seq - 40);
  EXPECT_LE(stored_reports_->size(), kStoredValueBytesMax);
  EXPECT_THAT(first.back(), HasSubstr(R"("cursor":")" + stored_ + R"(")"));
  int reported = reports_in(first.back());
  for (int i = 0; i < 50 && stored_ != "ep:140"; ++i) {
    Lines lines = answer(1, {.cursor = 140, .head = 140});
    for (std::string& line : pass(1s)) lines.push_back(std::move(line));
    for (const std::string& line : lines) reported += reports_in(line);
  }
  EXPECT_EQ(stored_, "ep:140");
  EXPECT_EQ(reported, 100);
  EXPECT_THAT(answer(1, {.cursor = 140, .head = 140}), IsEmpty());
  EXPECT_THAT(pass(1min), IsEmpty()) << "and then it is quiet";
}

// P-21, P-46
TEST_F(SessionTest, HoweverManyFailEachIsReported) {
  go_online();
  event(1, 640);  // a gap
  int reported = 0;
  for (int i = 0; i < 100; ++i) {
    Answer some{.cursor = 640, .head = 640};
    for (std::uint64_t seq = session().window().taken_seq() + 1; seq <= 640; ++seq) {
      some.too_large.push_back(seq);
    }
    Lines lines = answer(1, some);
    for (std::string& line : pass(1s)) lines.push_back(std::move(line));
    for (const std::string& line : lines)
      reported += line.starts_with("send") ? reports_in(line) : 0;
  }
  EXPECT_EQ(reported, 600);
  EXPECT_EQ(stored_, "ep:640");
}

// What waits is bounded: the stream keeps the rest.
TEST_F(SessionTest, WhileTooManyReportsWaitNoMoreEventsAreBegun) {
  go_online();
  storage_works_ = false;
  for (std::uint64_t seq = 41; seq <= 340; ++seq) {
    const Lines lines = event(1, seq);
    if (!Matches(Contains("dispatch " + std::to_string(seq)))(lines)) break;
    finish(seq, {{0, "exec", "timeout"}});
  }
  EXPECT_EQ(session().window().cursor()->seq, 40U + 256U);
  storage_works_ = true;
  pass(10s);
  const std::string next = "dispatch " + std::to_string(40 + 256 + 1);
  EXPECT_THAT(answer(1, {.cursor = 340, .head = 340}), Contains(next));
}

TEST_F(SessionTest, WhatFailsByItselfWaitsWhileTooManyReportsDo) {
  go_online();
  event(1, 640);  // a gap
  Answer all{.cursor = 640, .head = 640};
  for (std::uint64_t seq = 41; seq <= 640; ++seq) all.too_large.push_back(seq);
  answer(1, all);
  EXPECT_EQ(session().window().taken_seq(), 40U + 256U);
}

TEST_F(SessionTest, OfSeveralFailuresOfAnEventTheFirstIsReported) {
  go_online();
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}, {0, "file", "no space"}});
  const std::string sync = pass(1s).back();
  EXPECT_EQ(reports_in(sync), 1);
  EXPECT_THAT(sync, HasSubstr("timeout"));
}

}  // namespace
}  // namespace beckon::agent
