// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/append.h"

#include <gtest/gtest.h>

#include <set>

#include "lambdas/backend/schema.h"
#include "tests/unit/lambdas/backend/world.h"

namespace beckon::tests {
namespace {

using lambdas::append;
using lambdas::Draft;

Draft draft(const std::string& id) {
  return {.id = id, .name = "message", .time = "2026-11-21T07:00:00Z", .data = R"({"text":"hey"})"};
}

// Numbers 1 … head without gaps, each id once.
void expect_gapless(World& world, const std::string& user, std::size_t count) {
  const auto stored = world.stored(user);
  ASSERT_EQ(stored.size(), count);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].event.seq, i + 1);
    EXPECT_TRUE(seen.insert(stored[i].event.id).second) << stored[i].event.id << " is there twice";
    EXPECT_EQ(stored[i].epoch, world.head(user).epoch);
  }
  EXPECT_EQ(world.head(user).seq, count);
}

// P-1
TEST(Append, TheFirstEventMakesTheStreamAndGetsNumberOne) {
  World world;
  const auto appended = append(world.host, "Bob", draft("a"), world.deadline());
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->stored.event.seq, 1U);
  EXPECT_FALSE(appended->duplicate);
  EXPECT_TRUE(protocol::is_epoch(appended->stored.epoch));
  expect_gapless(world, "Bob", 1);
}

// P-1
TEST(Append, StreamsOfTwoUsersKnowNothingOfEachOther) {
  World world;
  ASSERT_TRUE(append(world.host, "Bob", draft("a"), world.deadline()));
  ASSERT_TRUE(append(world.host, "Bob", draft("b"), world.deadline()));
  ASSERT_TRUE(append(world.host, "Alice", draft("a"), world.deadline()));
  expect_gapless(world, "Bob", 2);
  expect_gapless(world, "Alice", 1);
  EXPECT_NE(world.head("Bob").epoch, world.head("Alice").epoch);
}

// P-41
TEST(Append, TheSameIdIsStoredOnceAndKnownAgain) {
  World world;
  ASSERT_TRUE(append(world.host, "Bob", draft("a"), world.deadline()));
  ASSERT_TRUE(append(world.host, "Bob", draft("b"), world.deadline()));
  const auto again = append(world.host, "Bob", draft("a"), world.deadline());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_FALSE(again->gone);
  EXPECT_EQ(again->stored.event.seq, 1U);
  EXPECT_EQ(again->stored.event.data, R"({"text":"hey"})");
  expect_gapless(world, "Bob", 2);
}

TEST(Append, AnAnswerLostAfterTheWriteDoesNotAppendTwice) {
  World world;
  int transactions = 0;
  world.database.set_decide([&](Operation operation, const std::string&) {
    if (operation != Operation::kTransact) return Fault::kNone;
    return ++transactions == 1 ? Fault::kLostAnswer : Fault::kNone;
  });
  const auto appended = append(world.host, "Bob", draft("a"), world.deadline());
  ASSERT_TRUE(appended);
  EXPECT_EQ(appended->stored.event.seq, 1U);
  EXPECT_EQ(transactions, 2);
  expect_gapless(world, "Bob", 1);
}

TEST(Append, EveryFaultAtEveryCallEndsInOneEventOrAnErrorAndNeverInTwo) {
  for (const Fault fault :
       {Fault::kUnavailable, Fault::kLostRequest, Fault::kLostAnswer, Fault::kInTheWay}) {
    for (int at = 1; at <= 4; ++at) {
      World world;
      ASSERT_TRUE(append(world.host, "Bob", draft("before"), world.deadline()));
      int call = 0;
      world.database.set_decide(
          [&](Operation, const std::string&) { return ++call == at ? fault : Fault::kNone; });
      const auto appended = append(world.host, "Bob", draft("a"), world.deadline());
      EXPECT_TRUE(appended) << "fault " << static_cast<int>(fault) << " at call " << at;
      expect_gapless(world, "Bob", 2);
    }
  }
}

// P-1, P-41
TEST(Append, WhoeverInterruptsWhomTheStreamIsGaplessAndEachIdIsThereOnce) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    World world(seed);
    FakePace chance(seed * 7919);
    std::vector<std::string> waiting;
    for (int i = 0; i < 12; ++i) waiting.push_back("event-" + std::to_string(i % 10));
    int depth = 0;
    const auto start_one = [&] {
      const std::string id = waiting.back();
      waiting.pop_back();
      ++depth;
      ASSERT_TRUE(append(world.host, "Bob", draft(id), world.deadline()))
          << "seed " << seed << ", " << id;
      --depth;
    };
    // Between any two calls another append may run as a whole, which may be interrupted itself.
    world.database.set_decide([&](Operation operation, const std::string&) {
      if (!waiting.empty() && depth < 5 && chance.random() % 3 == 0) start_one();
      if (operation == Operation::kTransact && chance.random() % 8 == 0) return Fault::kLostAnswer;
      return chance.random() % 10 == 0 ? Fault::kUnavailable : Fault::kNone;
    });
    while (!waiting.empty()) start_one();
    expect_gapless(world, "Bob", 10);
  }
}

TEST(Append, ItGivesUpAtTheDeadlineWithANamedError) {
  World world;
  world.database.set_decide([](Operation, const std::string&) { return Fault::kUnavailable; });
  const auto deadline = world.deadline();
  const auto appended = append(world.host, "Bob", draft("a"), deadline);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, base::ErrorCode::kUnavailable);
  EXPECT_TRUE(appended.error().message.starts_with("Unavailable: ")) << appended.error().message;
  EXPECT_LT(world.pace.now(), deadline);
}

TEST(Append, AnEventCostsOneReadAndOneTransaction) {
  World world;
  ASSERT_TRUE(append(world.host, "Bob", draft("first"), world.deadline()));
  world.database.reset_calls();
  ASSERT_TRUE(append(world.host, "Bob", draft("a"), world.deadline()));
  EXPECT_EQ(world.database.calls(Operation::kGet), 1);
  EXPECT_EQ(world.database.calls(Operation::kTransact), 1);
  EXPECT_EQ(world.database.calls(), 2);
}

// P-41
TEST(Append, RowsExpireWithTheEventAndTheIdOutlivesEveryRetry) {
  World world;
  Draft one = draft("a");
  one.ttl_s = 60;
  ASSERT_TRUE(append(world.host, "Bob", one, world.deadline()));
  const auto event = world.row("streams", "Bob", lambdas::schema::seq_key(1));
  const auto id = world.row("streams", "Bob", lambdas::schema::event_id_key("a"));
  ASSERT_TRUE(event && id);
  EXPECT_EQ(lambdas::integer_of(*event, "expiresAt"), world.now_s() + 60);
  EXPECT_EQ(lambdas::integer_of(*id, "expiresAt"), world.now_s() + 60 + 30 * 3600);
  EXPECT_EQ(lambdas::string_of(*id, "lookupId"), "a");
  EXPECT_FALSE(world.row("streams", "Bob", "head")->contains("expiresAt"));
}

// P-41
TEST(Append, ADuplicateOfAnExpiredEventIsGone) {
  World world;
  Draft one = draft("a");
  one.ttl_s = 60;
  ASSERT_TRUE(append(world.host, "Bob", one, world.deadline()));
  world.pace.wait(std::chrono::seconds(60));
  const auto again = append(world.host, "Bob", one, world.deadline());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->gone);
  expect_gapless(world, "Bob", 1);
}

// P-41: the numbers of a stream that was made anew belong to other events.
TEST(Append, ADuplicateOfAnEventOfAStreamThatIsNoMoreIsGone) {
  World world;
  ASSERT_TRUE(append(world.host, "Bob", draft("a"), world.deadline()));
  ASSERT_TRUE(world.database.remove("streams", {{"userId", "Bob"}, {"sk", "head"}}, {}));
  const auto other = append(world.host, "Bob", draft("b"), world.deadline());
  ASSERT_TRUE(other);
  ASSERT_EQ(other->stored.event.seq, 1U);
  const auto again = append(world.host, "Bob", draft("a"), world.deadline());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->duplicate);
  EXPECT_TRUE(again->gone);
}

// P-1
TEST(Append, TwoWhoMakeTheStreamAtOnceAgreeOnItsEpoch) {
  World world;
  bool once = false;
  lambdas::Head inner;
  world.database.set_decide([&](Operation operation, const std::string&) {
    if (operation == Operation::kPut && !once) {
      once = true;
      inner = *lambdas::ensure_head(world.host, "Bob", world.deadline());
    }
    return Fault::kNone;
  });
  const auto outer = lambdas::ensure_head(world.host, "Bob", world.deadline());
  ASSERT_TRUE(outer);
  EXPECT_EQ(outer->epoch, inner.epoch);
  EXPECT_EQ(outer->seq, 0U);
}

// --- collapse ---------------------------------------------------------------------------------

Draft collapsing(const std::string& id, std::vector<std::string> devices = {}) {
  Draft one = draft(id);
  one.collapse = "battery";
  one.devices = std::move(devices);
  return one;
}

std::vector<std::string> live_ids(World& world) {
  std::vector<std::string> all;
  for (const auto& stored : world.stored("Bob")) {
    if (!stored.superseded) all.push_back(stored.event.id);
  }
  return all;
}

// P-43
TEST(Append, OfSeveralEventsWithOneKeyOnlyTheNewestKeepsItsData) {
  World world;
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_TRUE(append(world.host, "Bob", collapsing(id), world.deadline()));
  }
  ASSERT_TRUE(append(world.host, "Bob", draft("other"), world.deadline()));
  EXPECT_EQ(live_ids(world), (std::vector<std::string>{"c", "other"}));
  EXPECT_EQ(world.stored("Bob").size(), 4U) << "a superseded event leaves its mark";
  EXPECT_EQ(world.stored("Bob").front().event.data, "");
}

// P-43
TEST(Append, AnEventSupersedesOnlyWhatItReachesEverybodyOf) {
  struct Case {
    std::vector<std::string> older;
    std::vector<std::string> newer;
    bool superseded;
  };
  const std::vector<Case> cases = {
      {{}, {}, true},
      {{"Laptop"}, {}, true},
      {{"Laptop"}, {"Laptop"}, true},
      {{"Laptop"}, {"iPad", "Laptop"}, true},
      {{}, {"Laptop"}, false},
      {{"Laptop", "iPad"}, {"Laptop"}, false},
      {{"Laptop"}, {"iPad"}, false},
  };
  for (const Case& one : cases) {
    World world;
    ASSERT_TRUE(append(world.host, "Bob", collapsing("older", one.older), world.deadline()));
    ASSERT_TRUE(append(world.host, "Bob", collapsing("newer", one.newer), world.deadline()));
    EXPECT_EQ(world.stored("Bob").front().superseded, one.superseded);
    EXPECT_FALSE(world.stored("Bob").back().superseded);
  }
}

TEST(Append, ADevicesOwnEventDoesNotSupersedeWhatTheDeviceItselfShouldGet) {
  World world;
  ASSERT_TRUE(append(world.host, "Bob", collapsing("older"), world.deadline()));
  Draft sent = collapsing("newer");
  sent.sender = "Laptop";
  ASSERT_TRUE(append(world.host, "Bob", sent, world.deadline()));
  EXPECT_EQ(live_ids(world), (std::vector<std::string>{"older", "newer"}));
  sent.id = "newest";
  ASSERT_TRUE(append(world.host, "Bob", sent, world.deadline()));
  EXPECT_EQ(live_ids(world), (std::vector<std::string>{"older", "newest"}));
}

TEST(Append, TheMarkOfASupersededEventIsKeptAsLongAsTheNewest) {
  World world;
  Draft older = collapsing("older");
  older.ttl_s = 10;
  ASSERT_TRUE(append(world.host, "Bob", older, world.deadline()));
  Draft newer = collapsing("newer");
  newer.ttl_s = 1000;
  ASSERT_TRUE(append(world.host, "Bob", newer, world.deadline()));
  world.pace.wait(std::chrono::seconds(500));
  world.memory.remove_expired("streams", world.now_s());
  EXPECT_EQ(world.stored("Bob").size(), 2U);
}

// P-43
TEST(Append, CollapsingEventsThatInterruptEachOtherLeaveExactlyTheNewest) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    World world(seed);
    FakePace chance(seed * 104729);
    int left = 6;
    int depth = 0;
    const auto start_one = [&] {
      const std::string id = "event-" + std::to_string(left--);
      ++depth;
      ASSERT_TRUE(append(world.host, "Bob", collapsing(id), world.deadline()));
      --depth;
    };
    world.database.set_decide([&](Operation, const std::string&) {
      if (left > 0 && depth < 4 && chance.random() % 3 == 0) start_one();
      return Fault::kNone;
    });
    while (left > 0) start_one();
    const auto stored = world.stored("Bob");
    ASSERT_EQ(stored.size(), 6U);
    for (const auto& event : stored) EXPECT_EQ(event.superseded, event.event.seq != 6) << seed;
  }
}

}  // namespace
}  // namespace beckon::tests
