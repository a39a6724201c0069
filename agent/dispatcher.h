// SPDX-License-Identifier: Apache-2.0
// The dispatcher: for one event, the actions of every rule that matches, one after the other in the
// order of the configuration; a failed action does not stop the next. Collects the failures. A rule
// that matches more often than it or the device may, or that wants a signature which the event does
// not have, is passed over, and each of its actions counts as failed. Does not know the stream, nor
// how many events may be in flight: that is the session's.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/action.h"
#include "agent/event.h"
#include "agent/event_gate.h"
#include "agent/ports.h"
#include "agent/rate_limit.h"
#include "agent/rules.h"
#include "agent/window.h"
#include "common/base/log.h"
#include "common/protocol/messages.h"

namespace beckon::agent {

class DispatchObserver {
 public:
  // All actions of this dispatch are over. failed: one report per failed action, seq unset. done:
  // the event, which nobody needs any more.
  virtual void dispatched(Ticket ticket, std::vector<protocol::FailedReport> failed,
                          protocol::Event done) = 0;

 protected:
  ~DispatchObserver() = default;
};

class Dispatcher final : public RunObserver {
 public:
  // gate: asked for rules that want a signature; null: these run for nothing. All must outlive the
  // dispatcher.
  Dispatcher(DispatchObserver& observer, Clock& clock, EventGate* gate, base::LogSink& log);

  // From now on, each with its whole burst; events in flight go on with the rules they began with.
  // device_rate: how often rules may run, all together.
  void set_rules(std::shared_ptr<const RuleSet> rules, std::optional<Rate> device_rate);

  // For good, when nobody waits for actions any more: what ends from now on was ended by the stop.
  // Nothing follows it, it is not remembered as over, and the observer hears nothing.
  void stop() { stopped_ = true; }

  // The observer hears of it exactly once, before this returns if every action is done at once.
  void dispatch(Ticket ticket, ReceivedEvent event);

  std::size_t in_flight() const { return flights_.size(); }
  // How often a rule was passed over for its rate or the device's, since the start.
  std::uint64_t passed_over() const { return passed_over_; }
  // How often a rule was passed over for the event's signature, since the start.
  std::uint64_t refused() const { return refused_; }

  void run_finished(Run run, base::Status outcome) override;

 private:
  // One rate, of a rule or of the device, and who is over it at the moment.
  struct Limit {
    TokenBucket bucket;
    std::string whose;          // "the rule for door.*"
    std::uint64_t refused = 0;  // since it was last within its rate
  };
  struct ActiveRules {
    std::shared_ptr<const RuleSet> set;
    std::vector<std::optional<Limit>> limits;  // by rule
    std::optional<Limit> device;
  };
  struct Flight {
    Flight(Run number, Ticket its_ticket, ReceivedEvent one, std::shared_ptr<ActiveRules> rule_set)
        : run(number), ticket(its_ticket), event(std::move(one)), rules(std::move(rule_set)) {}
    Run run;
    Ticket ticket;
    ReceivedEvent event;
    std::shared_ptr<ActiveRules> rules;
    std::size_t rule = 0;  // the next action to look at
    std::size_t action = 0;
    bool rule_matches = false;
    std::optional<EventGate::Verdict> verdict;  // once a rule has asked for it
    const std::string* label = nullptr;         // of the action that runs
    bool running = false;
    bool advancing = false;  // advance() is on the stack
    std::vector<protocol::FailedReport> failed;
  };

  using Flights = std::list<Flight>;

  void advance(Flights::iterator flight);
  void land(Flights::iterator flight);
  const RuleAction* next_action(Flight& flight);
  bool is_allowed(Flight& flight);
  bool within_rates(Flight& flight);
  bool within(Limit& limit, base::Instant now);
  static void pass_over(Flight& flight, const std::string& why);

  DispatchObserver& observer_;
  Clock& clock_;
  EventGate* gate_;
  base::Logger log_;
  std::shared_ptr<ActiveRules> rules_;
  std::uint64_t passed_over_ = 0;
  std::uint64_t refused_ = 0;
  Flights flights_;  // as few as events may be in flight
  Flights landed_;   // memory of ended flights, for the next
  Run last_run_ = 0;
  bool stopped_ = false;
};

}  // namespace beckon::agent
