// SPDX-License-Identifier: Apache-2.0
#include "agent/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace beckon::agent {
namespace {

using ::testing::ElementsAre;
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

class DispatcherTest : public ::testing::Test, protected DispatchObserver {
 protected:
  void dispatched(Ticket ticket, std::vector<protocol::FailedReport> failed) override {
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
  std::unique_ptr<Action> held(const char* name) {
    return std::make_unique<HeldAction>(name, started_, held_);
  }

  std::vector<std::string> started_;
  std::vector<std::string> done_;
  Held held_;
  Dispatcher dispatcher_{*this, base::null_log()};
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
  dispatcher_.set_rules(rules);
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
  dispatcher_.set_rules(rules);
  dispatch(1);
  end("slow 1", base::fail(base::ErrorCode::kTimeout, "timeout"));
  EXPECT_THAT(done_, ElementsAre("done 1 bad:full slow:timeout"));
}

TEST_F(DispatcherTest, EventsInFlightAreIndependent) {
  auto rules = std::make_shared<RuleSet>(1);
  (*rules)[0].actions.push_back({"a", held("a")});
  dispatcher_.set_rules(rules);
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
  dispatcher_.set_rules(std::move(rules));
  dispatch(1);
  dispatcher_.set_rules(std::make_shared<RuleSet>());
  end("a 1");
  EXPECT_THAT(started_, ElementsAre("a 1", "b 1"));
  dispatch(2);
  EXPECT_THAT(done_, ElementsAre("done 2")) << "the new rules know no action";
  end("b 1");
}

TEST_F(DispatcherTest, ManyInstantActionsNeedNoDeepStack) {
  auto rules = std::make_shared<RuleSet>(1);
  for (int i = 0; i < 100'000; ++i) {
    (*rules)[0].actions.push_back({"i", std::make_unique<InstantAction>(base::Status{})});
  }
  dispatcher_.set_rules(rules);
  dispatch(1);
  EXPECT_THAT(done_, ElementsAre("done 1"));
}

}  // namespace
}  // namespace beckon::agent
