// SPDX-License-Identifier: Apache-2.0
// In its steady state the device core allocates nothing: the real agent, session, dispatcher and
// codec over ports that allocate nothing. The messages are as large as everyday ones: their JSON
// fits the arena (6 kB, json::Arena), their texts the spares (4 kB, protocol::Spares); of a larger
// one the rest is the heap's for as long as it is handled.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "agent/agent.h"
#include "tests/footprint/counting_malloc.h"

namespace beckon::agent {
namespace {

using footprint::Allocations;

constexpr std::uint64_t kFirstSeq = 4'000'000'000'000;  // its cursor is no short text

class World final : public Transport,
                    public Storage,
                    public Entropy,
                    public Clock,
                    public EndpointSource,
                    public AgentObserver {
 public:
  void connect(Attempt attempt, const Endpoint&) override { last_attempt = attempt; }
  void send(Attempt, std::string_view) override { ++sent; }
  void close(Attempt, std::uint16_t) override {}
  base::Result<std::optional<std::string>> get(std::string_view key) override {
    if (key != "cursor") return std::optional<std::string>();
    return std::optional<std::string>("k3f9ab:" + std::to_string(kFirstSeq));
  }
  base::Status put(std::string_view, std::string_view) override {
    ++stored;
    return {};
  }
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 7;
  }
  base::Instant now() override { return time; }
  base::WallTime wall() override { return {}; }
  void set_alarm(std::optional<base::Instant> at) override { alarm = at; }
  Endpoint endpoint() override { return {}; }
  void state_changed(State, std::string_view) override {}
  void events_lost(std::uint64_t) override {}
  void stream_reset(const protocol::Cursor&) override {}

  Attempt last_attempt = 0;
  int sent = 0;
  int stored = 0;
  base::Instant time{};
  std::optional<base::Instant> alarm;
};

// Ends at once, or when a test says so.
class NoAction final : public Action {
 public:
  void start(Run run, const ReceivedEvent&, RunObserver& observer) override {
    ++runs;
    if (!holds) return observer.run_finished(run, {});
    held.at(held_count++) = {run, &observer};
  }
  void end_held() {
    for (std::size_t i = 0; i < held_count; ++i)
      held.at(i).second->run_finished(held.at(i).first, {});
    held_count = 0;
  }
  int runs = 0;
  bool holds = false;
  std::array<std::pair<Run, RunObserver*>, 16> held{};
  std::size_t held_count = 0;
};

constexpr int kWarming = 100;

// The second one matches.
std::shared_ptr<RuleSet> make_rules(std::unique_ptr<Action> other, std::unique_ptr<Action> action) {
  auto rules = std::make_shared<RuleSet>(2);
  Rule& no = (*rules)[0];
  no.name_glob = "front-door.*";
  no.conditions.push_back({"data.door", Condition::Kind::kOneOf, {std::string("back")}});
  no.actions.push_back({"other", std::move(other)});
  Rule& yes = (*rules)[1];
  yes.conditions.push_back({"data.door", Condition::Kind::kOneOf, {std::string("front")}});
  yes.conditions.push_back({"data.count", Condition::Kind::kOneOf, {2.0, 3.0}});
  yes.conditions.push_back({"data.parts.1", Condition::Kind::kExists, {}});
  yes.conditions.push_back({"data.alarm", Condition::Kind::kAbsent, {}});
  yes.actions.push_back({"none", std::move(action)});
  return rules;
}

class SteadyState : public ::testing::Test {
 protected:
  SteadyState()
      : agent_(Ports{world_, world_, world_, world_, world_, world_, base::null_log()}, options(),
               "cursor") {
    auto action = std::make_unique<NoAction>();
    action_ = action.get();
    agent_.set_rules(make_rules(std::make_unique<NoAction>(), std::move(action)));
    agent_.start();
    agent_.opened(world_.last_attempt);
    answer();
  }

  // A renewal in the middle would be another state.
  static SessionOptions options() {
    SessionOptions options;
    options.timing.renew_min = options.timing.renew_max = 24h * 365;
    return options;
  }

  // A message of the server, put together here.
  void say(std::string_view text) {
    said_ += text.copy(text_.data() + said_, text_.size() - said_);
  }
  template <class First, class... Others>
  void say(const char* format, First first, Others... others) {
    const int length =
        std::snprintf(text_.data() + said_, text_.size() - said_, format, first, others...);
    said_ += static_cast<std::size_t>(length);
  }
  void said() {
    receive(std::string_view(text_.data(), said_));
    said_ = 0;
  }

  void say_event(std::uint64_t seq) {
    const auto number = static_cast<unsigned long long>(seq);
    say(R"("seq":%llu,"id":"9f3c0e51-6a1b-4c1d-8e2f-%012llu","name":"front-door.was-opened",)"
        R"("time":"2026-11-21T07:00:00Z","data":{"door":"front","by":"Bob","count":3,)"
        R"("parts":["a lock","a bell"],"why":"somebody who has a key of his own came home"}})",
        number, number);
  }

  // The answer to a sync, with the events after `after`.
  void answer(std::uint64_t after) {
    const auto head = static_cast<unsigned long long>(seq_);
    say(R"({"type":"synced","cursor":"k3f9ab:%llu","head":"k3f9ab:%llu","events":[)", head, head);
    for (std::uint64_t seq = after + 1; seq <= seq_; ++seq) {
      say("%s{", seq == after + 1 ? "" : ",");
      say_event(seq);
    }
    say(R"(],"more":false,"lost":0})");
    said();
  }
  void answer() { answer(seq_); }

  void receive(std::string_view text) { agent_.message(world_.last_attempt, text); }

  // To the next thing that the session waits for.
  void let_time_pass() {
    world_.time = world_.alarm.value();
    agent_.alarm();
  }

  void beat() {
    const int before = world_.sent;
    while (world_.sent == before) let_time_pass();
    answer();
  }

  void live(std::uint64_t seq) {
    say(R"({"type":"event","stream":"k3f9ab",)");
    say_event(seq);
    said();
  }

  // An event, its cursor stored, acknowledged and answered.
  void event() {
    live(++seq_);
    beat();
  }

  // Only the last of some events comes; the answer to the sync brings them all.
  void events_of_an_answer(std::uint64_t count) {
    const std::uint64_t before = seq_;
    const int sent = world_.sent;
    seq_ += count;
    live(seq_);
    while (world_.sent == sent) let_time_pass();
    answer(before);
    beat();
  }

  // Some events whose actions are under way together.
  void events_at_once(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) live(++seq_);
    action_->end_held();
    beat();
  }

  template <class Step>
  Allocations counted(int times, Step step) {
    for (int i = 0; i < kWarming; ++i) step();
    footprint::start_counting();
    for (int i = 0; i < times; ++i) step();
    return footprint::stop_counting();
  }

  World world_;
  NoAction* action_ = nullptr;
  Agent agent_;
  std::uint64_t seq_ = kFirstSeq;
  std::array<char, 4096> text_{};
  std::size_t said_ = 0;
};

constexpr int kTimes = 1000;

void expect_none(const Allocations& found) {
  EXPECT_EQ(found.count, 0);
  EXPECT_EQ(found.bytes, 0) << "something stays";
  if (found.count != 0) footprint::report_sites();
}

// Or none of the others could fail.
TEST_F(SteadyState, WhatIsAllocatedIsCountedAndWhatStaysIsSummedUp) {
  std::vector<std::string> kept;
  kept.reserve(kWarming + kTimes);
  const Allocations found = counted(kTimes, [&] {
    kept.emplace_back(100, 'x');
    const std::string freed(200, 'x');
    kept.back().back() = freed.back();
  });
  EXPECT_EQ(found.count, 2 * kTimes);
  EXPECT_GE(found.bytes, 100 * kTimes);
  EXPECT_LT(found.bytes, 200 * kTimes);
}

TEST_F(SteadyState, AHeartbeatAllocatesNothing) {
  expect_none(counted(kTimes, [this] { beat(); }));
}

TEST_F(SteadyState, ALiveEventItsRulesAndItsAcknowledgementAllocateNothing) {
  const int stored = world_.stored;
  expect_none(counted(kTimes, [this] { event(); }));
  EXPECT_EQ(action_->runs, kTimes + kWarming);
  EXPECT_EQ(world_.stored - stored, kTimes + kWarming);
}

TEST_F(SteadyState, EventsThatASyncBringsAllocateNothing) {
  expect_none(counted(kTimes, [this] { events_of_an_answer(4); }));
  EXPECT_EQ(action_->runs, 4 * (kTimes + kWarming));
}

TEST_F(SteadyState, ActionsThatAreUnderWayTogetherAllocateNothing) {
  action_->holds = true;
  expect_none(counted(kTimes, [this] { events_at_once(4); }));
  EXPECT_EQ(action_->runs, 4 * (kTimes + kWarming));
}

TEST_F(SteadyState, ADuplicateAllocatesNothing) {
  expect_none(counted(kTimes, [this] { live(seq_); }));
  EXPECT_EQ(action_->runs, 0);
}

}  // namespace
}  // namespace beckon::agent
