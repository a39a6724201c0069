// SPDX-License-Identifier: Apache-2.0
#include "agent/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "agent/signature_gate.h"
#include "tests/unit/agent/signed_event.h"

namespace beckon::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Every port, in memory.
class World final : public Transport,
                    public Storage,
                    public Entropy,
                    public Clock,
                    public EndpointSource,
                    public AgentObserver {
 public:
  void connect(Attempt attempt, const Endpoint& endpoint) override {
    calls.push_back("connect " + std::to_string(attempt) + " " + endpoint.url);
  }
  void send(Attempt, std::string_view text) override { calls.emplace_back(text); }
  void close(Attempt attempt, std::uint16_t) override {
    calls.push_back("close " + std::to_string(attempt));
  }
  base::Result<std::optional<std::string>> get(std::string_view key) override {
    if (damaged) return base::fail(base::ErrorCode::kInvalid, "damaged");
    const auto found = values.find(std::string(key));
    if (found == values.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  base::Status put(std::string_view key, std::string_view value) override {
    if (is_full) {
      calls.push_back("refused " + std::string(value));
      return base::fail(base::ErrorCode::kIo, "no space");
    }
    calls.push_back("put " + std::string(value));
    if (key == full_for) return base::fail(base::ErrorCode::kIo, "no space");
    values[std::string(key)] = value;
    return {};
  }
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 7;
  }
  base::Instant now() override { return time; }
  base::WallTime wall() override { return wall_time; }
  void set_alarm(std::optional<base::Instant> at) override { alarm = at; }
  Endpoint endpoint() override { return {"ws://x", {}}; }
  void state_changed(State state, std::string_view) override {
    calls.push_back("now " + std::string(to_string(state)));
  }
  void events_lost(std::uint64_t) override {}
  void stream_reset(const protocol::Cursor&) override {}

  std::vector<std::string> calls;
  std::map<std::string, std::string> values;
  bool damaged = false;
  std::string full_for;  // this key cannot be stored
  base::Status outcome;  // of actions
  bool is_full = false;
  base::Instant time{};
  base::WallTime wall_time{};
  std::optional<base::Instant> alarm;
};

class NoteAction final : public Action {
 public:
  explicit NoteAction(World& world) : world_(world) {}
  void start(Run run, const ReceivedEvent& event, RunObserver& observer) override {
    world_.calls.push_back("act " + event.event().id);
    observer.run_finished(run, world_.outcome);
  }

 private:
  World& world_;
};

Ports ports(World& world, base::LogSink& log = base::null_log()) {
  return {world, world, world, world, world, world, log};
}

class ErrorLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view, std::string_view text) override {
    if (level == base::LogLevel::kError) lines.emplace_back(text);
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

constexpr char kEvent41[] = R"({"type":"event","stream":"ep","seq":41,"id":"i41","name":"n",)"
                            R"("time":"2026-11-21T07:00:00Z","data":{}})";

// Starts it; its sync is answered: nothing came after ep:40.
void go_online(Agent& agent, World& world) {
  agent.start();
  agent.opened(1);
  agent.message(
      1, R"({"type":"synced","cursor":"ep:40","head":"ep:40","events":[],"more":false,"lost":0})");
  world.calls.clear();
}

// Online at ep:40, with an action for every event.
std::unique_ptr<Agent> make_online(World& world) {
  world.values["cursor"] = "ep:40";
  auto agent = std::make_unique<Agent>(ports(world), SessionOptions{}, "cursor");
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].actions.push_back({"note", std::make_unique<NoteAction>(world)});
  agent->set_rules(rules);
  go_online(*agent, world);
  return agent;
}

// P-15
TEST(Agent, AnEventRunsItsActionsThenIsStoredThenAcknowledged) {
  World world;
  const auto agent = make_online(world);
  agent->message(1, kEvent41);
  EXPECT_THAT(world.calls, ElementsAre("act i41", "put ep:41"));
  ASSERT_TRUE(world.alarm);
  world.time = *world.alarm;
  agent->alarm();
  EXPECT_THAT(world.calls.back(), HasSubstr(R"("cursor":"ep:41")"));
}

constexpr char kReports41[] =
    R"({"epoch":"ep","failed":[{"seq":41,"action":"note","error":"it did not work"}]})";

TEST(Agent, AFailureIsStoredBeforeTheCursorThatPassesIt) {
  World world;
  const auto agent = make_online(world);
  world.outcome = base::fail(base::ErrorCode::kIo, "it did not work");
  agent->message(1, kEvent41);
  EXPECT_THAT(world.calls, ElementsAre("act i41", "put " + std::string(kReports41), "put ep:41"));
  EXPECT_EQ(world.values["cursor.failed"], kReports41);
}

TEST(Agent, ACursorWhoseFailureCannotBeStoredIsNotStoredEither) {
  World world;
  const auto agent = make_online(world);
  world.full_for = "cursor.failed";
  world.outcome = base::fail(base::ErrorCode::kIo, "it did not work");
  agent->message(1, kEvent41);
  EXPECT_EQ(world.values["cursor"], "ep:40");
}

TEST(Agent, WhatFailedBeforeACrashIsReportedWithTheFirstSync) {
  World world;
  world.values["cursor"] = "ep:41";
  world.values["cursor.failed"] = kReports41;
  Agent agent(ports(world), {}, "cursor");
  agent.start();
  agent.opened(1);
  EXPECT_THAT(world.calls.back(), HasSubstr(R"("failed":[{"seq":41,"action":"note")"));
}

TEST(Agent, DamagedReportsAreSaidAndNoReasonToFail) {
  World world;
  ErrorLog log;
  world.values["cursor"] = "ep:41";
  world.values["cursor.failed"] = "nonsense";
  Agent agent(ports(world, log), {}, "cursor");
  agent.start();
  agent.opened(1);
  EXPECT_THAT(world.calls.back(), HasSubstr(R"("cursor":"ep:41","max_bytes":16384})"));
  EXPECT_THAT(log.lines, Contains(HasSubstr("the stored failure reports cannot be used")));
}

TEST(Agent, ADamagedCursorIsSaidAndNoReasonToFail) {
  World world;
  ErrorLog log;
  world.damaged = true;
  Agent agent(ports(world, log), {}, "cursor");
  agent.start();
  EXPECT_THAT(world.calls, Contains("connect 1 ws://x"));
  world.calls.clear();
  agent.opened(1);
  EXPECT_THAT(world.calls.back(), HasSubstr(R"({"action":"sync","max_bytes")"));
  EXPECT_THAT(log.lines, Contains(HasSubstr("the stored cursor cannot be used")));
}

TEST(Agent, AStoredTextThatIsNoCursorIsSaidAndNoReasonToFail) {
  World world;
  ErrorLog log;
  world.values["cursor"] = "nonsense";
  Agent agent(ports(world, log), {}, "cursor");
  agent.start();
  agent.opened(1);
  EXPECT_THAT(world.calls.back(), HasSubstr(R"({"action":"sync","max_bytes")"));
  EXPECT_THAT(log.lines, Contains(HasSubstr("the stored cursor is damaged")));
}

// P-74
TEST(Agent, ACursorPassesASignedEventOnlyOnceItsEndIsStored) {
  World world;
  world.wall_time.unix_ms = (kNow_s - 3600) * 1000;
  world.values["cursor"] = "ep:40";
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  SignatureGate gate(world, "signed", base::null_log());
  gate.set_signers({"laptop", {key.public_key()}, 60s}, world.wall());
  Agent agent(ports(world), {}, "cursor", &gate);
  world.wall_time.unix_ms = kNow_s * 1000;
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].requires_signature = true;
  (*rules)[0].actions.push_back({"note", std::make_unique<NoteAction>(world)});
  agent.set_rules(rules);
  go_online(agent, world);
  world.is_full = true;
  agent.message(1, protocol::encode(protocol::LiveEvent{"ep", signed_event({.seq = 41}, key)}));
  EXPECT_THAT(world.calls,
              ElementsAre("act event-1", HasSubstr("refused 1."), HasSubstr("refused 1.")));
  world.is_full = false;
  world.calls.clear();
  ASSERT_TRUE(world.alarm);
  while (world.calls.empty()) {
    world.time = *world.alarm;
    agent.alarm();
  }
  ASSERT_GE(world.calls.size(), 2U);
  EXPECT_THAT(world.calls[0], HasSubstr("put 1.")) << "what was used";
  EXPECT_EQ(world.calls[1], "put ep:41");
}

// Ends when a test says so.
class HeldAction final : public Action {
 public:
  explicit HeldAction(std::function<void(base::Status)>& end) : end_(end) {}
  void start(Run run, const ReceivedEvent&, RunObserver& observer) override {
    end_ = [run, &observer](base::Status outcome) {
      observer.run_finished(run, std::move(outcome));
    };
  }

 private:
  std::function<void(base::Status)>& end_;
};

// The event of an action that ends like this after a stop that did not wait for it runs again.
void expect_another_run(const base::Status& late_end) {
  World world;
  world.wall_time.unix_ms = (kNow_s - 3600) * 1000;
  world.values["cursor"] = "ep:40";
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  for (const bool is_second_start : {false, true}) {
    SignatureGate gate(world, "signed", base::null_log());
    gate.set_signers({"laptop", {key.public_key()}, 60s}, world.wall());
    Agent agent(ports(world), {}, "cursor", &gate);
    world.wall_time.unix_ms = kNow_s * 1000;
    std::function<void(base::Status)> end;
    auto rules = std::make_shared<RuleSet>(1);
    (*rules)[0].requires_signature = true;
    (*rules)[0].actions.push_back({"held", std::make_unique<HeldAction>(end)});
    (*rules)[0].actions.push_back({"note", std::make_unique<NoteAction>(world)});
    agent.set_rules(rules);
    go_online(agent, world);
    agent.message(1, protocol::encode(protocol::LiveEvent{"ep", signed_event({.seq = 41}, key)}));
    ASSERT_TRUE(end) << (is_second_start ? "it must run again" : "it must run");
    if (is_second_start) break;
    agent.stop();
    agent.stop();  // does not wait
    ASSERT_EQ(agent.state(), State::kStopped);
    world.calls.clear();
    end(late_end);
    EXPECT_THAT(world.calls, IsEmpty()) << "no further action, nothing stored";
  }
}

// P-74: the platform ends what still runs then, and cannot tell whether it ended by itself.
TEST(Agent, AnActionThatAStopDidNotWaitForIsNotOverHoweverItEnds) {
  expect_another_run(base::fail(base::ErrorCode::kInternal, "killed by signal 15"));
  expect_another_run({});
}

// What an agent does within its first minutes, and when its alarms are, if the calendar is set to
// and fro meanwhile by this much.
std::vector<std::string> minutes_of(std::int64_t calendar_jump_ms) {
  World world;
  world.values["cursor"] = "ep:40";
  Agent agent(ports(world), {}, "cursor");
  agent.start();
  agent.failed(1, 0, "no");
  bool forward = true;
  for (int step = 0; step < 40; ++step) {
    world.wall_time.unix_ms += forward ? calendar_jump_ms : -calendar_jump_ms;
    forward = !forward;
    if (!world.alarm) break;
    world.calls.push_back("at " + std::to_string(world.alarm->time_since_epoch().count()));
    world.time = *world.alarm;
    agent.alarm();
    if (step == 3) agent.opened(2);
    if (step == 5) agent.message(2, kEvent41);
  }
  return world.calls;
}

TEST(Agent, ACalendarThatIsSetChangesNothingThatTheAgentDoesOrWhen) {
  const std::vector<std::string> calm = minutes_of(0);
  EXPECT_GT(calm.size(), 40U);
  EXPECT_EQ(minutes_of(10LL * 365 * 24 * 3'600'000), calm);
  EXPECT_EQ(minutes_of(-10LL * 365 * 24 * 3'600'000), calm);
}

}  // namespace
}  // namespace beckon::agent
