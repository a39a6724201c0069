// SPDX-License-Identifier: Apache-2.0
#include "agent/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "agent/signature_gate.h"
#include "tests/unit/agent/signed_event.h"

namespace beckon::agent {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Held = std::map<std::string, std::pair<Run, RunObserver*>>;

// Runs until a test ends it.
class HeldAction final : public Action {
 public:
  HeldAction(std::string name, std::vector<std::string>& started, Held& held)
      : name_(std::move(name)), started_(started), held_(held) {}
  void start(Run run, const ReceivedEvent& event, RunObserver& observer) override {
    const std::string key = name_ + " " + std::to_string(event.event().seq);
    started_.push_back(key);
    held_[key] = {run, &observer};
  }

 private:
  std::string name_;
  std::vector<std::string>& started_;
  Held& held_;
};

class InstantAction final : public Action {
 public:
  explicit InstantAction(base::Status outcome) : outcome_(std::move(outcome)) {}
  void start(Run run, const ReceivedEvent&, RunObserver& observer) override {
    observer.run_finished(run, outcome_);
  }

 private:
  base::Status outcome_;
};

class FakeClock final : public Clock {
 public:
  base::Instant now() override { return time; }
  base::WallTime wall() override { return {kNow_s * 1000}; }
  void set_alarm(std::optional<base::Instant>) override {}
  base::Instant time{};
};

class NoStorage final : public Storage {
 public:
  base::Result<std::optional<std::string>> get(std::string_view) override {
    ++calls;
    return std::optional<std::string>();
  }
  base::Status put(std::string_view, std::string_view) override {
    ++calls;
    return {};
  }
  int calls = 0;
};

class ListLog final : public base::LogSink {
 public:
  void write(base::LogLevel level, std::string_view, std::string_view text) override {
    if (level >= base::LogLevel::kWarning) lines.emplace_back(text);
  }
  bool enabled(base::LogLevel) const override { return true; }
  std::vector<std::string> lines;
};

class DispatcherTest : public ::testing::Test, protected DispatchObserver {
 protected:
  void dispatched(Ticket ticket, std::vector<protocol::FailedReport> failed,
                  protocol::Event) override {
    std::string line = "done " + std::to_string(ticket);
    for (const auto& report : failed) line += " " + report.action + ":" + report.error;
    done_.push_back(line);
  }
  void dispatch(Ticket ticket, const char* name = "door.opened") {
    protocol::Event event;
    event.seq = ticket;
    event.name = name;
    dispatcher_.dispatch(ticket, ReceivedEvent("ep", std::move(event), {}));
  }
  void end(const std::string& key, base::Status outcome = {}) {
    const auto [run, observer] = held_.at(key);
    held_.erase(key);
    observer->run_finished(run, std::move(outcome));
  }
  // One rule for door.* with the actions a and b, which end at once.
  void limit(std::optional<Rate> rule, std::optional<Rate> device) {
    auto rules = std::make_shared<RuleSet>(1);
    (*rules)[0].name_glob = "door.*";
    (*rules)[0].rate = rule;
    for (const char* label : {"a", "b"}) {
      (*rules)[0].actions.push_back({label, std::make_unique<InstantAction>(base::Status{})});
    }
    dispatcher_.set_rules(std::move(rules), device);
  }
  std::unique_ptr<Action> held(const char* name) {
    return std::make_unique<HeldAction>(name, started_, held_);
  }

  std::vector<std::string> started_;
  std::vector<std::string> done_;
  Held held_;
  FakeClock clock_;
  ListLog log_;
  NoStorage storage_;
  SignatureGate gate_{storage_, "signed", log_};
  Dispatcher dispatcher_{*this, clock_, &gate_, log_};
};

TEST_F(DispatcherTest, AnEventThatNoRuleWantsIsDoneAtOnce) {
  dispatch(1);
  EXPECT_THAT(done_, ElementsAre("done 1"));
}

TEST_F(DispatcherTest, ActionsRunOneAfterTheOtherInTheOrderOfTheRules) {
  auto rules = std::make_shared<RuleSet>(3);
  (*rules)[0].actions.push_back({"a", held("a")});
  (*rules)[0].actions.push_back({"b", held("b")});
  (*rules)[1].name_glob = "window.*";
  (*rules)[1].actions.push_back({"x", held("x")});
  (*rules)[2].actions.push_back({"c", held("c")});
  dispatcher_.set_rules(rules, std::nullopt);
  dispatch(1);
  EXPECT_THAT(started_, ElementsAre("a 1"));
  end("a 1");
  EXPECT_THAT(started_, ElementsAre("a 1", "b 1"));
  end("b 1");
  end("c 1");
  EXPECT_THAT(started_, ElementsAre("a 1", "b 1", "c 1"));
  EXPECT_THAT(done_, ElementsAre("done 1"));
  EXPECT_EQ(dispatcher_.in_flight(), 0U);
}

TEST_F(DispatcherTest, AFailedActionIsReportedAndDoesNotStopTheNext) {
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].actions.push_back(
      {"bad", std::make_unique<InstantAction>(base::fail(base::ErrorCode::kIo, "full"))});
  (*rules)[0].actions.push_back({"good", std::make_unique<InstantAction>(base::Status{})});
  (*rules)[0].actions.push_back({"slow", held("slow")});
  dispatcher_.set_rules(rules, std::nullopt);
  dispatch(1);
  end("slow 1", base::fail(base::ErrorCode::kTimeout, "timeout"));
  EXPECT_THAT(done_, ElementsAre("done 1 bad:full slow:timeout"));
}

TEST_F(DispatcherTest, EventsInFlightAreIndependent) {
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].actions.push_back({"a", held("a")});
  dispatcher_.set_rules(rules, std::nullopt);
  dispatch(1);
  dispatch(2);
  end("a 2");
  EXPECT_THAT(done_, ElementsAre("done 2"));
  end("a 1");
  EXPECT_THAT(done_, ElementsAre("done 2", "done 1"));
}

TEST_F(DispatcherTest, AReloadDoesNotTouchEventsInFlight) {
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].actions.push_back({"a", held("a")});
  (*rules)[0].actions.push_back({"b", held("b")});
  dispatcher_.set_rules(std::move(rules), std::nullopt);
  dispatch(1);
  dispatcher_.set_rules(std::make_shared<RuleSet>(), std::nullopt);
  end("a 1");
  EXPECT_THAT(started_, ElementsAre("a 1", "b 1"));
  dispatch(2);
  EXPECT_THAT(done_, ElementsAre("done 2")) << "the new rules know no action";
  end("b 1");
}

TEST_F(DispatcherTest, WhatARuleMatchesTooOftenIsReportedAndNotActedOn) {
  limit(Rate{60, 2}, std::nullopt);
  for (const Ticket ticket : {1U, 2U, 3U}) dispatch(ticket);
  EXPECT_THAT(done_, ElementsAre("done 1", "done 2",
                                 "done 3 a:rate limit (60 a minute, the rule for door.*) "
                                 "b:rate limit (60 a minute, the rule for door.*)"));
  EXPECT_EQ(dispatcher_.passed_over(), 1U);
  dispatch(4, "window.opened");
  EXPECT_EQ(done_.back(), "done 4") << "no rule of a rate matches";
}

TEST_F(DispatcherTest, ARateIsMonotonicTimeAndExact) {
  limit(Rate{60, 1}, std::nullopt);
  dispatch(1);
  clock_.time += 999ms;
  dispatch(2);
  EXPECT_THAT(done_.back(), HasSubstr("rate limit"));
  clock_.time += 1ms;
  dispatch(3);
  EXPECT_EQ(done_.back(), "done 3") << "asking in between costs nothing";
  clock_.time += 24h * 365 * 100;
  dispatch(4);
  dispatch(5);
  EXPECT_THAT(done_.back(), HasSubstr("rate limit"))
      << "a long pause saves up no more than a burst";
}

TEST_F(DispatcherTest, ABurstIsLoggedAtItsBeginningAndAtItsEndWithItsCount) {
  limit(Rate{60, 1}, std::nullopt);
  for (const Ticket ticket : {1U, 2U, 3U, 4U}) dispatch(ticket);
  EXPECT_THAT(log_.lines, ElementsAre(HasSubstr("the rule for door.*: over the rate of 60 a")));
  clock_.time += 1s;
  dispatch(5);
  EXPECT_THAT(log_.lines,
              ElementsAre(HasSubstr("over the rate"), HasSubstr("3 were not acted on")));
  dispatch(6);
  EXPECT_EQ(log_.lines.size(), 3U) << "another burst";
}

TEST_F(DispatcherTest, TheRateOfTheDeviceHoldsForAllRulesTogether) {
  auto rules = std::make_shared<RuleSet>(2);
  (*rules)[0].rate = Rate{1, 10};
  for (Rule& rule : *rules) {
    rule.actions.push_back({"a", std::make_unique<InstantAction>(base::Status{})});
  }
  dispatcher_.set_rules(rules, Rate{60, 1});
  dispatch(1);
  EXPECT_EQ(done_.back(), "done 1 a:rate limit (60 a minute, all rules together)");
  for (Ticket ticket = 2; ticket <= 9; ++ticket) dispatch(ticket);
  clock_.time += 10s;
  dispatch(10);
  EXPECT_EQ(done_.back(), "done 10 a:rate limit (60 a minute, all rules together)")
      << "what the device refused took nothing of the rule's own rate";
}

class SignedRules : public DispatcherTest {
 protected:
  // "open" runs for everybody; "a" and "b" of the next rule, and "c" of the last, for signers.
  SignedRules() {
    gate_.set_signers({"laptop", {key_.public_key()}, 60s}, {(kNow_s - 3600) * 1000});
    auto rules = std::make_shared<RuleSet>(3);
    (*rules)[0].actions.push_back({"open", held("open")});
    for (const char* label : {"a", "b"}) (*rules)[1].actions.push_back({label, held(label)});
    (*rules)[2].actions.push_back({"c", held("c")});
    (*rules)[1].requires_signature = true;
    (*rules)[1].rate = Rate{1, 1};
    (*rules)[2].requires_signature = true;
    dispatcher_.set_rules(std::move(rules), std::nullopt);
  }
  void dispatch_event(Ticket ticket, protocol::Event event) {
    event.seq = ticket;
    dispatcher_.dispatch(ticket, ReceivedEvent("ep", std::move(event), {}));
  }
  crypto::PrivateKey key_ = crypto::PrivateKey::generate();
};

// P-73
TEST_F(SignedRules, ASignedEventRunsEveryRuleAndASecondOneWithItsSignatureOnlyTheOthers) {
  dispatch_event(1, signed_event({}, key_));
  for (const char* key : {"open 1", "a 1", "b 1", "c 1"}) end(key);
  EXPECT_THAT(done_, ElementsAre("done 1"));
  dispatch_event(2, signed_event({.id = "event-2"}, key_));
  end("open 2");
  EXPECT_TRUE(held_.empty());
  const std::string why = "signature refused: replayed: an event with this signature has ended";
  EXPECT_EQ(done_.back(), "done 2 a:" + why + " b:" + why + " c:" + why);
  EXPECT_EQ(dispatcher_.refused(), 2U);
}

// P-73
TEST_F(SignedRules, WhatIsNotSignedIsReportedForEveryActionAndUsesUpNoRate) {
  dispatch(1);
  end("open 1");
  const std::string why = "signature refused: the event is not signed";
  EXPECT_THAT(done_, ElementsAre("done 1 a:" + why + " b:" + why + " c:" + why));
  EXPECT_EQ(log_.lines.size(), 1U);
  dispatch_event(2, signed_event({}, key_));
  end("open 2");
  EXPECT_TRUE(held_.contains("a 2"));
}

// P-74
TEST_F(SignedRules, ASignatureIsUsedUpWhenAllActionsAreOverAndNotBefore) {
  const int before = storage_.calls;
  dispatch_event(1, signed_event({}, key_));
  for (const char* key : {"open 1", "a 1", "b 1"}) end(key);
  EXPECT_EQ(storage_.calls, before);
  dispatch_event(2, signed_event({.id = "event-2"}, key_));
  end("open 2");
  EXPECT_THAT(done_.back(), HasSubstr("an event with this signature runs"));
  end("c 1", base::fail(base::ErrorCode::kIo, "full"));
  EXPECT_EQ(storage_.calls, before + 1) << "a failed one has ended, too";
}

// P-75
TEST_F(SignedRules, TheSameEventAgainIsDoneWithoutAReport) {
  dispatch_event(1, signed_event({}, key_));
  for (const char* key : {"open 1", "a 1", "b 1", "c 1"}) end(key);
  dispatch_event(2, signed_event({}, key_));
  end("open 2");
  EXPECT_THAT(done_.back(), "done 2");
  EXPECT_EQ(dispatcher_.refused(), 0U);
}

// P-73
TEST_F(SignedRules, ASignerWhoIsTakenOutStartsNothingMore) {
  dispatch_event(1, signed_event({}, key_));
  gate_.set_signers({"laptop", {crypto::PrivateKey::generate().public_key()}, 60s},
                    {kNow_s * 1000});
  dispatch_event(2, signed_event({.id = "event-2", .signature_id = "s2"}, key_));
  end("open 2");
  EXPECT_THAT(done_.back(), HasSubstr("which is not among the signers"));
}

// P-73
TEST_F(SignedRules, WithoutAnybodyToAskNothingRunsThatAsks) {
  Dispatcher alone(*this, clock_, nullptr, log_);
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].requires_signature = true;
  (*rules)[0].actions.push_back({"a", held("a")});
  alone.set_rules(std::move(rules), std::nullopt);
  alone.dispatch(1, ReceivedEvent("ep", signed_event({}, key_), {}));
  EXPECT_THAT(done_, ElementsAre("done 1 a:this device has no signers"));
}

TEST_F(DispatcherTest, WhereNoRuleWantsASignatureNobodyLooksAtOne) {
  limit(std::nullopt, std::nullopt);
  protocol::Event event = signed_event({.name = "door.opened"}, crypto::PrivateKey::generate());
  event.signature = R"({"key":7})";
  dispatcher_.dispatch(1, ReceivedEvent("ep", std::move(event), {}));
  EXPECT_THAT(done_, ElementsAre("done 1"));
  EXPECT_EQ(storage_.calls, 0);
}

TEST_F(DispatcherTest, WithoutARateNothingIsPassedOver) {
  limit(std::nullopt, std::nullopt);
  for (Ticket ticket = 1; ticket <= 1000; ++ticket) dispatch(ticket);
  EXPECT_EQ(dispatcher_.passed_over(), 0U);
  EXPECT_EQ(done_.back(), "done 1000");
}

TEST_F(DispatcherTest, ManyInstantActionsNeedNoDeepStack) {
  auto rules = std::make_shared<RuleSet>(1);
  for (int i = 0; i < 100'000; ++i) {
    (*rules)[0].actions.push_back({"i", std::make_unique<InstantAction>(base::Status{})});
  }
  dispatcher_.set_rules(rules, std::nullopt);
  dispatch(1);
  EXPECT_THAT(done_, ElementsAre("done 1"));
}

}  // namespace
}  // namespace beckon::agent
