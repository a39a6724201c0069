// SPDX-License-Identifier: Apache-2.0
#include "agent/dispatcher.h"

#include <utility>

#include "common/base/assert.h"

namespace beckon::agent {

Dispatcher::Dispatcher(DispatchObserver& observer, base::LogSink& log)
    : observer_(observer), log_(log, "actions"), rules_(std::make_shared<RuleSet>()) {}

void Dispatcher::dispatch(Ticket ticket, ReceivedEvent event) {
  log_.debug("event %llu %s", static_cast<unsigned long long>(event.event().seq),
             event.event().name.c_str());
  const Run run = ++last_run_;
  Flight flight(ticket, std::move(event), rules_);
  if (landed_) {
    landed_.key() = run;
    landed_.mapped() = std::move(flight);
    flights_.insert(std::move(landed_));
  } else {
    flights_.emplace(run, std::move(flight));
  }
  advance(run);
}

// The next action of a matching rule, or nullptr after the last one.
const RuleAction* Dispatcher::next_action(Flight& flight) {
  while (flight.rule < flight.rules->size()) {
    const Rule& rule = (*flight.rules)[flight.rule];
    if (flight.action == 0) flight.rule_matches = rule.matches(flight.event);
    if (flight.rule_matches && flight.action < rule.actions.size()) {
      return &rule.actions[flight.action++];
    }
    ++flight.rule;
    flight.action = 0;
  }
  return nullptr;
}

// Runs actions until one does not end at once, or all are over. Actions of one flight share its
// number: only one of them runs at a time.
void Dispatcher::advance(Run run) {
  Flight& flight = flights_.at(run);
  flight.advancing = true;
  while (const RuleAction* next = next_action(flight)) {
    flight.label = &next->label;
    flight.running = true;
    next->action->start(run, flight.event, *this);
    if (!flight.running) continue;
    flight.advancing = false;
    return;
  }
  const Ticket ticket = flight.ticket;
  std::vector<protocol::FailedReport> failed = std::move(flight.failed);
  landed_ = flights_.extract(run);
  landed_.mapped() = Flight(0, ReceivedEvent({}, {}, {}), nullptr);  // lets go of event and rules
  observer_.dispatched(ticket, std::move(failed));
}

void Dispatcher::run_finished(Run run, base::Status outcome) {
  const auto found = flights_.find(run);
  BECKON_ASSERT(found != flights_.end() && found->second.running);
  Flight& flight = found->second;
  flight.running = false;
  if (!outcome) {
    const std::string& why = outcome.error().message;
    log_.warning("event %llu (%s): action %s failed: %s",
                 static_cast<unsigned long long>(flight.event.event().seq),
                 flight.event.event().name.c_str(), flight.label->c_str(), why.c_str());
    flight.failed.push_back(protocol::FailedReport{0, *flight.label, why});
  }
  if (!flight.advancing) advance(run);
}

}  // namespace beckon::agent
