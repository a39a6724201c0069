// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/unit/agent/session_fixture.h"

namespace beckon::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kSyncAt40[] = R"(send 1 {"action":"sync","cursor":"ep:40","max_bytes":16384})";
constexpr char kSyncAt41[] = R"(send 1 {"action":"sync","cursor":"ep:41","max_bytes":16384})";
constexpr char kSyncAt42[] = R"(send 1 {"action":"sync","cursor":"ep:42","max_bytes":16384})";

// P-10
TEST_F(SessionTest, TheFirstFrameAfterTheHandshakeIsASync) {
  EXPECT_THAT(start(), ElementsAre("connect 1", "now connecting"));
  EXPECT_THAT(opened(1), ElementsAre("now syncing", kSyncAt40));
  EXPECT_THAT(answer(1, {.cursor = 40, .head = 40}), ElementsAre("now online"));
}

// P-11
TEST_F(SessionTest, ADeviceWithoutACursorStartsAtTheHeadAndKeepsIt) {
  make(std::nullopt);
  start();
  EXPECT_THAT(opened(1),
              ElementsAre("now syncing", R"(send 1 {"action":"sync","max_bytes":16384})"));
  EXPECT_THAT(answer(1, {.cursor = 99, .head = 99}), ElementsAre("now online", "store ep:99"));
  EXPECT_THAT(event(1, 100), ElementsAre("dispatch 100"));
}

// P-11
TEST_F(SessionTest, ADeviceWithoutACursorMayStartAtTheOldest) {
  options_.start_oldest = true;
  make(std::nullopt);
  start();
  EXPECT_THAT(opened(1).back(), HasSubstr(R"("start":"oldest")"));
  EXPECT_THAT(answer(1, {.cursor = 8, .head = 8, .events = {7, 8}}),
              ElementsAre("now online", "dispatch 7", "dispatch 8", "store ep:6"));
}

// P-13, P-15
TEST_F(SessionTest, AHandledEventIsStoredAndAcknowledgedAfterTheDelay) {
  go_online();
  EXPECT_THAT(event(1, 41), ElementsAre("dispatch 41"));
  EXPECT_THAT(finish(41), ElementsAre("store ep:41"));
  EXPECT_THAT(pass(999ms), IsEmpty());
  EXPECT_THAT(pass(1ms), ElementsAre(kSyncAt41));
}

TEST_F(SessionTest, OneAcknowledgementServesAllEventsOfTheDelay) {
  go_online();
  event(1, 41);
  finish(41);
  event(1, 42);
  finish(42);
  EXPECT_THAT(pass(1s), ElementsAre("store ep:42", kSyncAt42));
  EXPECT_THAT(answer(1, {.cursor = 42, .head = 42}), IsEmpty());
  EXPECT_THAT(pass(10s), IsEmpty());
}

// P-15
TEST_F(SessionTest, NothingIsAcknowledgedThatTheStorageRefused) {
  go_online();
  storage_works_ = false;
  event(1, 41);
  finish(41);
  EXPECT_THAT(pass(5s), IsEmpty()) << "acknowledged unstored, or hammers the storage";
  storage_works_ = true;
  EXPECT_THAT(pass(10s), ElementsAre("store ep:41", kSyncAt41));
}

// P-13
TEST_F(SessionTest, AnAcknowledgementWaitsForTheSyncInFlight) {
  start();
  opened(1);
  event(1, 41);
  finish(41);
  EXPECT_THAT(pass(2s), IsEmpty());
  EXPECT_THAT(answer(1, {.cursor = 40, .head = 41}), ElementsAre("now online", kSyncAt41));
}

// P-13: 8 min ± 30 s
TEST_F(SessionTest, AnIdleLinkBeatsAndWakesForNothingElse) {
  go_online();
  base::Duration shortest = 1h;
  base::Duration longest{};
  for (int beat = 0; beat < 10; ++beat) {
    const base::Duration wait = until_deadline();
    EXPECT_THAT(pass(wait), ElementsAre(kSyncAt40));
    shortest = std::min(shortest, wait);
    longest = std::max(longest, wait);
    EXPECT_THAT(answer(1, {.cursor = 40, .head = 40}), IsEmpty());
  }
  EXPECT_GE(shortest, 7min + 30s);
  EXPECT_LE(longest, 8min + 30s);
  EXPECT_GE(longest - shortest, 30s) << "a fleet would beat in step";
}

// P-14
TEST_F(SessionTest, NoAnswerInTimeMeansTheLinkIsDead) {
  start();
  opened(1);
  EXPECT_THAT(pass(29'999ms), IsEmpty());
  EXPECT_THAT(pass(1ms), ElementsAre("close 1 1000", "now waiting"));
  EXPECT_THAT(reason_, HasSubstr("no answer to a sync"));
}

// P-13, P-20
TEST_F(SessionTest, ItAsksAgainWhileThereIsMore) {
  start();
  opened(1);
  EXPECT_THAT(
      answer(1, {.cursor = 42, .head = 44, .events = {41, 42}, .more = true}),
      ElementsAre("now online", "dispatch 41", "dispatch 42",
                  R"(send 1 {"action":"sync","cursor":"ep:40","after":42,"max_bytes":16384})"));
}

TEST_F(SessionTest, AFullWindowAsksForNothingAndTheStreamWaits) {
  options_.concurrency = 2;
  make(protocol::Cursor{"ep", 40});
  start();
  opened(1);
  EXPECT_THAT(answer(1, {.cursor = 43, .head = 50, .events = {41, 42, 43}, .more = true}),
              ElementsAre("now online", "dispatch 41", "dispatch 42"));
  EXPECT_THAT(pass(1min), IsEmpty());
  EXPECT_THAT(finish(41), ElementsAre("dispatch 43", "store ep:41"));
  const Lines lines = finish(42);
  EXPECT_THAT(
      lines,
      ElementsAre("store ep:42",
                  R"(send 1 {"action":"sync","cursor":"ep:42","after":43,"max_bytes":16384})"));
}

// P-26
TEST_F(SessionTest, AGatewaysErrorIsAskedAgainAfterAGrowingPause) {
  go_online();
  event(1, 41);
  finish(41);
  ASSERT_THAT(pass(1s), ElementsAre(kSyncAt41));
  for (int failure = 1; failure < 6; ++failure) {
    EXPECT_THAT(
        text(1, R"({"message":"Internal server error","connectionId":"c","requestId":"r"})"),
        IsEmpty());
    EXPECT_GE(until_deadline(), 250ms);
    EXPECT_LE(until_deadline(), std::min<base::Duration>(1s * (1 << failure), 60s));
    EXPECT_THAT(pass(until_deadline()), ElementsAre(kSyncAt41)) << failure;
  }
  EXPECT_THAT(text(1, R"({"message":"Internal server error","connectionId":"c","requestId":"r"})"),
              ElementsAre("close 1 1000", "now waiting"));
}

// P-25
TEST_F(SessionTest, AnErrorIsTheAnswerToTheSyncInFlightAndWithoutOneItIsOnlySaid) {
  constexpr const char* kError = R"({"type":"error","code":"invalid","message":"no"})";
  go_online();
  event(1, 41);
  finish(41);
  ASSERT_THAT(pass(1s), ElementsAre(kSyncAt41));
  EXPECT_THAT(text(1, kError), IsEmpty());
  EXPECT_GE(until_deadline(), 250ms);
  EXPECT_THAT(pass(until_deadline()), ElementsAre(kSyncAt41));
  answer(1, {.cursor = 41, .head = 41});
  EXPECT_THAT(text(1, kError), IsEmpty());
  EXPECT_THAT(pass(1min), IsEmpty());
}

// P-27
TEST_F(SessionTest, ABroadcastIsIgnored) {
  go_online();
  const protocol::Broadcast broadcast{
      "Alice", "Phone", {0, "e-1", "hello", "2026-11-21T07:00:00Z", "{}", {}}};
  EXPECT_THAT(text(1, protocol::encode(broadcast)), IsEmpty());
  EXPECT_THAT(pass(1min), IsEmpty());
  EXPECT_THAT(event(1, 41), ElementsAre("dispatch 41"));
}

// P-3
TEST_F(SessionTest, AnUnreadableOrOversizedMessageIsRepairedBySync) {
  go_online();
  EXPECT_THAT(step(input::Oversized{1}), IsEmpty());
  EXPECT_THAT(pass(1s), ElementsAre(kSyncAt40));
  answer(1, {.cursor = 40, .head = 40});
  EXPECT_THAT(text(1, "not json"), IsEmpty());
  EXPECT_THAT(pass(1s), ElementsAre(kSyncAt40));
  answer(1, {.cursor = 40, .head = 40});
  EXPECT_THAT(text(1, R"({"type":"from-the-future"})"), IsEmpty());
  EXPECT_THAT(pass(1min), IsEmpty());
}

TEST_F(SessionTest, AnUnreadableMessageDoesNotEndTheSyncInFlight) {
  go_online();
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}});
  ASSERT_THAT(pass(1s).back(), HasSubstr("failed"));
  EXPECT_THAT(step(input::Oversized{1}), IsEmpty());
  EXPECT_THAT(text(1, "not json"), IsEmpty());
  EXPECT_THAT(pass(10s), IsEmpty()) << "one sync is in flight at a time (P-13)";
  EXPECT_THAT(answer(1, {.cursor = 41, .head = 41}), ElementsAre(kSyncAt41))
      << "what could not be read may have been an event";
}

TEST_F(SessionTest, AStreamOfRubbishDoesNotPutTheSyncOffForEver) {
  go_online();
  Lines lines;
  for (int i = 0; i < 20 && lines.empty(); ++i) {
    text(1, "not json");
    lines = pass(100ms);
  }
  EXPECT_THAT(lines, ElementsAre(kSyncAt40));
}

TEST_F(SessionTest, WhatIsAnnouncedButNeverComesIsGivenUp) {
  go_online();
  EXPECT_THAT(event(1, 50), ElementsAre(kSyncAt40));
  int syncs = 1;
  for (int i = 0; i < 100 && session().deadline(); ++i) {
    answer(1, {.cursor = 40, .head = 40});
    if (until_deadline() > 1min) break;
    for (const std::string& line : pass(until_deadline())) syncs += line.starts_with("send");
  }
  EXPECT_EQ(syncs, 8);
}

// P-11
TEST_F(SessionTest, FailedActionsAreReportedWithTheCursorThatPassesTheirEvent) {
  go_online();
  event(1, 41);
  event(1, 42);
  finish(42, {{0, "exec", "timeout"}});
  EXPECT_THAT(pass(5s), IsEmpty()) << "42 is not passed while 41 runs";
  finish(41);
  EXPECT_THAT(pass(1s), ElementsAre(R"(send 1 {"action":"sync","cursor":"ep:42","max_bytes":16384,)"
                                    R"("failed":[{"seq":42,"action":"exec","error":"timeout"}]})"));
  answer(1, {.cursor = 42, .head = 42});
  event(1, 43);
  finish(43);
  EXPECT_THAT(pass(1s).back(), Not(HasSubstr("failed"))) << "reported once";
}

// P-11: the backend would leave an entry with an empty text out.
TEST_F(SessionTest, AnEmptyTextOfAReportIsSaidAsUnnamed) {
  go_online();
  event(1, 41);
  finish(41, {{0, "", ""}});
  EXPECT_THAT(pass(1s).back(),
              HasSubstr(R"("failed":[{"seq":41,"action":"unnamed","error":"unnamed"}])"));
}

// P-11
TEST_F(SessionTest, AReportWhoseAnswerWasLostIsSentAgain) {
  go_online();
  event(1, 41);
  finish(41, {{0, "exec", "timeout"}});
  ASSERT_THAT(pass(1s).back(), HasSubstr("failed"));
  closed(1);
  pass(1s);
  EXPECT_THAT(opened(2).back(), HasSubstr(R"("failed":[{"seq":41)"));
}

// P-11
TEST_F(SessionTest, MoreReportsThanASyncTakesFollowInTheNext) {
  go_online();
  for (std::uint64_t seq = 41; seq <= 80; ++seq) {
    event(1, seq);
    finish(seq, {{0, "exec", "timeout"}});
  }
  const auto count = [](const std::string& line) {
    int n = 0;
    for (std::size_t at = 0; (at = line.find("\"seq\"", at)) != std::string::npos; ++at) ++n;
    return n;
  };
  EXPECT_EQ(count(pass(1s).back()), 32);
  EXPECT_EQ(count(answer(1, {.cursor = 80, .head = 80}).back()), 8);
  EXPECT_THAT(answer(1, {.cursor = 80, .head = 80}), IsEmpty());
}

}  // namespace
}  // namespace beckon::agent
