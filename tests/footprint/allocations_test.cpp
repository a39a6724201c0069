// SPDX-License-Identifier: Apache-2.0
// What the device core allocates in its steady state, with the real agent, session, dispatcher and
// codec over ports that allocate nothing.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "agent/agent.h"
#include "tests/footprint/counting_malloc.h"

namespace beckon::agent {
namespace {

using footprint::Allocations;

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
  base::Result<std::optional<std::string>> get(std::string_view) override {
    return std::optional<std::string>("k3f9ab:40");
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

class NoAction final : public Action {
 public:
  void start(Run run, const ReceivedEvent&, RunObserver& observer) override {
    ++runs;
    observer.run_finished(run, {});
  }
  int runs = 0;
};

constexpr int kWarming = 100;

class SteadyState : public ::testing::Test {
 protected:
  SteadyState()
      : agent_(Ports{world_, world_, world_, world_, world_, world_, base::null_log()}, options(),
               "cursor") {
    auto rules = std::make_shared<RuleSet>(1);
    auto action = std::make_unique<NoAction>();
    action_ = action.get();
    (*rules)[0].actions.push_back({"none", std::move(action)});
    agent_.set_rules(rules);
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

  void answer() {
    std::array<char, 200> text{};
    const int length =
        std::snprintf(text.data(), text.size(),
                      R"({"type":"synced","cursor":"k3f9ab:%d","head":"k3f9ab:%d","events":[],)"
                      R"("more":false,"lost":0})",
                      seq_, seq_);
    receive(std::string_view(text.data(), static_cast<std::size_t>(length)));
  }

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

  // An event, its cursor stored, acknowledged and answered.
  void event() {
    ++seq_;
    std::array<char, 300> text{};
    const int length = std::snprintf(
        text.data(), text.size(),
        R"({"type":"event","stream":"k3f9ab","seq":%d,"id":"9f3c0e51-6a1b-4c1d-8e2f-%012d",)"
        R"("name":"door.opened","time":"2026-11-21T07:00:00Z",)"
        R"("data":{"door":"front","by":"Bob","count":3}})",
        seq_, seq_);
    receive(std::string_view(text.data(), static_cast<std::size_t>(length)));
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
  int seq_ = 40;
};

void expect(const Allocations& found, int times, std::uint64_t per_step) {
  const std::uint64_t expected = per_step * static_cast<std::uint64_t>(times);
  EXPECT_EQ(found.count, expected);
  EXPECT_EQ(found.bytes, 0) << "something stays";
  if (found.count != expected) footprint::report_sites();
}

TEST_F(SteadyState, AHeartbeatAllocatesNothing) {
  constexpr int kTimes = 1000;
  const Allocations found = counted(kTimes, [this] { beat(); });
  expect(found, kTimes, 0);
}

TEST_F(SteadyState, ALiveEventAllocatesNothingButItsOwnTexts) {
  constexpr int kTimes = 1000;
  const Allocations found = counted(kTimes, [this] { event(); });
  EXPECT_EQ(action_->runs, kTimes + kWarming);
  expect(found, kTimes, 3);  // id, time and data; shorter texts need no memory of their own
}

}  // namespace
}  // namespace beckon::agent
