// SPDX-License-Identifier: Apache-2.0
// The dispatcher: for one event, the actions of every rule that matches, one after the other in the
// order of the configuration; a failed action does not stop the next. Collects the failures. Does
// not know the stream, nor how many events may be in flight: that is the session's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "agent/action.h"
#include "agent/event.h"
#include "agent/rules.h"
#include "agent/window.h"
#include "common/base/log.h"
#include "common/protocol/messages.h"

namespace beckon::agent {

class DispatchObserver {
 public:
  // All actions of this dispatch are over. failed: one report per failed action, seq unset.
  virtual void dispatched(Ticket ticket, std::vector<protocol::FailedReport> failed) = 0;

 protected:
  ~DispatchObserver() = default;
};

class Dispatcher final : public RunObserver {
 public:
  Dispatcher(DispatchObserver& observer, base::LogSink& log);

  // From now on; events in flight go on with the rules they began with.
  void set_rules(std::shared_ptr<const RuleSet> rules) { rules_ = std::move(rules); }

  // The observer hears of it exactly once, before this returns if every action is done at once.
  void dispatch(Ticket ticket, ReceivedEvent event);

  std::size_t in_flight() const { return flights_.size(); }

  void run_finished(Run run, base::Status outcome) override;

 private:
  struct Flight {
    Flight(Ticket ticket_number, ReceivedEvent one, std::shared_ptr<const RuleSet> rule_set)
        : ticket(ticket_number), event(std::move(one)), rules(std::move(rule_set)) {}
    Ticket ticket;
    ReceivedEvent event;
    std::shared_ptr<const RuleSet> rules;
    std::size_t rule = 0;  // the next action to look at
    std::size_t action = 0;
    bool rule_matches = false;
    const std::string* label = nullptr;  // of the action that runs
    bool running = false;
    bool advancing = false;  // advance() is on the stack
    std::vector<protocol::FailedReport> failed;
  };

  void advance(Run run);
  const RuleAction* next_action(Flight& flight);

  DispatchObserver& observer_;
  base::Logger log_;
  std::shared_ptr<const RuleSet> rules_;
  using Flights = std::map<Run, Flight>;
  Flights flights_;            // by number of the run, which is also the flight's
  Flights::node_type landed_;  // an ended flight's memory, for the next
  Run last_run_ = 0;
};

}  // namespace beckon::agent
