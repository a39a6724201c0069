// SPDX-License-Identifier: Apache-2.0
// A server that lies: what it says must not take more memory, time or requests than an honest one.
#include <algorithm>
#include <iterator>

#include "tests/unit/agent/session_fixture.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

bool is_sync(const std::string& line) {
  return line.starts_with("send ");
}

class HostileTest : public SessionTest {
 protected:
  // Answers every sync for this long, as `answers` says, and returns how many there were.
  template <class Answers>
  int syncs_within(base::Duration time, Answers answers) {
    int count = 0;
    const base::Instant end = now_ + time;
    Lines lines = answers(count);
    while (now_ < end && count < 10'000) {
      if (std::ranges::any_of(lines, is_sync)) {
        ++count;
        lines = answers(count);
      } else {
        lines = pass(std::min<base::Duration>(end - now_, 10ms));
      }
    }
    return count;
  }
};

// P-13
TEST_F(HostileTest, AnAnswerThatNobodyAskedForIsIgnored) {
  go_online();
  EXPECT_THAT(answer(1, {.cursor = 42, .head = 42, .events = {41, 42}}), IsEmpty());
  EXPECT_THAT(answer(1, {.cursor = 2, .head = 2, .reset = true, .epoch = "new"}), IsEmpty());
  EXPECT_EQ(session().window().taken_seq(), 40);
}

TEST_F(HostileTest, TheSecondAnswerToOneSyncIsIgnored) {
  go_online();
  event(1, 43);
  EXPECT_THAT(answer(1, {.cursor = 43, .head = 43, .events = {41, 42, 43}}),
              Contains("dispatch 43"));
  EXPECT_THAT(answer(1, {.cursor = 45, .head = 45, .events = {44, 45}}), IsEmpty());
}

// P-23
TEST_F(HostileTest, AnAnswerForAnotherStreamNeedsAReset) {
  start();
  opened(1);
  for (int refused = 1; refused < 6; ++refused) {
    EXPECT_THAT(answer(1, {.cursor = 7, .head = 7, .events = {7}, .epoch = "other"}), IsEmpty());
    EXPECT_THAT(pass(until_deadline()), ElementsAre(HasSubstr(R"("cursor":"ep:40")")));
  }
  EXPECT_THAT(answer(1, {.cursor = 7, .head = 7, .epoch = "other"}),
              ElementsAre("close 1 1000", "now waiting"));
  EXPECT_THAT(reason_, HasSubstr("answered for the stream \"other\", asked was \"ep\""));
  EXPECT_EQ(session().window().epoch(), "ep");
}

// P-23
TEST_F(HostileTest, StreamsThatAreMadeForEverSetNoPace) {
  go_online();
  event(1, 1, "e0");
  const int syncs = syncs_within(1min, [this](int count) {
    return answer(1, {.cursor = 1,
                      .head = 2,
                      .more = true,
                      .reset = true,
                      .epoch = "e" + std::to_string(count)});
  });
  EXPECT_GE(syncs, 10);
  EXPECT_LE(syncs, 62);
}

// P-24
TEST_F(HostileTest, EventsOfOtherStreamsSetNoPace) {
  go_online();
  event(1, 1, "other");
  const int syncs = syncs_within(1min, [this](int) {
    Lines lines = answer(1, {.cursor = 40, .head = 40});
    for (std::string& line : event(1, 1, "other")) lines.push_back(std::move(line));
    return lines;
  });
  EXPECT_GE(syncs, 10);
  EXPECT_LE(syncs, 62);
}

// While one event runs, a server answers every sync, and sends every event, with more than was
// asked.
TEST_F(HostileTest, WhatWaitsForItsTurnIsBounded) {
  options_.concurrency = 1;
  make(protocol::Cursor{"ep", 40});
  go_online();
  event(1, 41);
  for (int round = 0; round < 100; ++round) {
    event(1, 1, "other");  // makes it sync
    Answer more;
    for (std::uint64_t seq = 1; seq <= 100; ++seq) {
      more.events.push_back(session().window().taken_seq() + seq);
    }
    more.cursor = more.events.back();
    more.head = more.cursor + 1;
    answer(1, more);
    for (int i = 0; i < 100; ++i) event(1, session().window().taken_seq() + 1);
    pass(2s);
  }
  EXPECT_LE(session().window().queued_bytes(), 2 * options_.max_bytes);
  EXPECT_LE(session().window().queued_count(), options_.max_bytes / 32);
}

TEST_F(HostileTest, LargeTextsThatWaitForTheirTurnAreBounded) {
  options_.concurrency = 1;
  make(protocol::Cursor{"ep", 40});
  go_online();
  event(1, 41);
  for (int i = 0; i < 100; ++i) {
    protocol::Event large;
    large.seq = session().window().taken_seq() + 1;
    large.id = "id";
    large.name = "large";
    large.time = "2026-11-21T07:00:00Z";
    large.data = R"({"text":")" + std::string(4000, 'x') + R"("})";
    text(1, protocol::encode(protocol::LiveEvent{"ep", large}));
  }
  EXPECT_GT(session().window().queued_bytes(), options_.max_bytes);
  EXPECT_LE(session().window().queued_bytes(), 2 * options_.max_bytes);
}

// An honest server with a thousand events, four to an answer, and one action that is slow.
TEST_F(HostileTest, EveryEventThatHadNoRoomComesAgain) {
  options_.concurrency = 1;
  options_.max_bytes = 512;
  make(protocol::Cursor{"ep", 40});
  start();
  std::vector<std::uint64_t> dispatched;
  const auto some = [this] {
    Answer four{.head = 2'000, .more = true};
    for (std::uint64_t seq = 1; seq <= 4; ++seq) {
      four.events.push_back(session().window().taken_seq() + seq);
    }
    four.cursor = four.events.back();
    return answer(1, four);
  };
  const auto react = [&](const std::string& line) {
    if (is_sync(line)) return some();
    if (!line.starts_with("dispatch ")) return Lines{};
    dispatched.push_back(std::stoull(line.substr(9)));
    Lines lines = pass(1100ms);
    for (std::string& one : finish(dispatched.back())) lines.push_back(std::move(one));
    return lines;
  };
  Lines lines = opened(1);
  for (int i = 0; i < 5'000 && dispatched.size() < 1'000; ++i) {
    Lines next;
    for (const std::string& line : lines) std::ranges::move(react(line), std::back_inserter(next));
    lines = next.empty() ? pass(until_deadline()) : std::move(next);
  }
  ASSERT_EQ(dispatched.size(), 1'000U);
  for (std::size_t i = 0; i < dispatched.size(); ++i) ASSERT_EQ(dispatched[i], 41 + i);
}

// P-11, P-21
TEST_F(HostileTest, WithoutRoomItAsksForLittleAndTooLargeForThatIsNotTooLarge) {
  options_.concurrency = 1;
  make(protocol::Cursor{"ep", 40});
  go_online();
  event(1, 41);
  event(1, 42);
  EXPECT_THAT(event(1, 1, "other"), ElementsAre(HasSubstr(R"("max_bytes":512)")));
  answer(1, {.cursor = 43, .head = 43, .too_large = {43}});
  EXPECT_EQ(session().window().taken_seq(), 42);
  finish(41);
  EXPECT_THAT(pass(2s), Not(Contains(HasSubstr("failed"))));
  answer(1, {.cursor = 43, .head = 43, .too_large = {43}});
  EXPECT_THAT(finish(42), Contains(HasSubstr(R"("max_bytes":16384)")));
  EXPECT_THAT(answer(1, {.cursor = 43, .head = 43, .events = {43}}), Contains("dispatch 43"));
}

}  // namespace
}  // namespace beckon::agent
