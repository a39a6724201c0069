// SPDX-License-Identifier: Apache-2.0
#include "agent/dispatcher.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "common/base/assert.h"

namespace beckon::agent {
namespace {

constexpr std::size_t kLandedMax = 8;  // flights whose memory is kept

}  // namespace

Dispatcher::Dispatcher(DispatchObserver& observer, Clock& clock, EventGate* gate,
                       base::LogSink& log)
    : observer_(observer), clock_(clock), gate_(gate), log_(log, "actions") {
  set_rules(std::make_shared<RuleSet>(), std::nullopt);
}

void Dispatcher::set_rules(std::shared_ptr<const RuleSet> rules, std::optional<Rate> device_rate) {
  const base::Instant now = clock_.now();
  rules_ = std::make_shared<ActiveRules>();
  for (const Rule& rule : *rules) {
    auto& limit = rules_->limits.emplace_back();
    if (rule.rate) limit = Limit{TokenBucket(*rule.rate, now), "the rule for " + rule.name_glob};
  }
  if (device_rate) rules_->device = Limit{TokenBucket(*device_rate, now), "all rules together"};
  rules_->set = std::move(rules);
}

void Dispatcher::dispatch(Ticket ticket, ReceivedEvent event) {
  log_.debug("event %llu %s", static_cast<unsigned long long>(event.event().seq),
             event.event().name.c_str());
  Flight flight(++last_run_, ticket, std::move(event), rules_);
  if (landed_.empty()) {
    landed_.push_back(std::move(flight));
  } else {
    landed_.front() = std::move(flight);
  }
  flights_.splice(flights_.end(), landed_, landed_.begin());
  advance(std::prev(flights_.end()));
}

// The next action of a matching rule, or nullptr after the last one.
const RuleAction* Dispatcher::next_action(Flight& flight) {
  const RuleSet& rules = *flight.rules->set;
  while (flight.rule < rules.size()) {
    const Rule& rule = rules[flight.rule];
    if (flight.action == 0) {
      flight.rule_matches =
          rule.matches(flight.event) && is_allowed(flight) && within_rates(flight);
    }
    if (flight.rule_matches && flight.action < rule.actions.size()) {
      return &rule.actions[flight.action++];
    }
    ++flight.rule;
    flight.action = 0;
  }
  return nullptr;
}

// Whether the event has the signature that the rule wants. Before the rates: what nobody signed
// must not use them up.
bool Dispatcher::is_allowed(Flight& flight) {
  using Kind = EventGate::Verdict::Kind;
  if (!(*flight.rules->set)[flight.rule].requires_signature) return true;
  const bool is_first = !flight.verdict.has_value();
  if (is_first && gate_ != nullptr) flight.verdict = gate_->judge(flight.event, clock_.wall());
  if (is_first && gate_ == nullptr) flight.verdict.emplace().reason = "this device has no signers";
  const EventGate::Verdict& verdict = *flight.verdict;
  if (verdict.kind == Kind::kRun) return true;
  const protocol::Event& event = flight.event.event();
  const auto seq = static_cast<unsigned long long>(event.seq);
  if (verdict.kind == Kind::kDone) {
    if (is_first) log_.info("event %llu (%s) has ended before", seq, event.name.c_str());
    return false;
  }
  ++refused_;
  if (is_first)
    log_.warning("event %llu (%s): %s", seq, event.name.c_str(), verdict.reason.c_str());
  pass_over(flight, verdict.reason);
  return false;
}

// Whether the rule that matches may run now. It needs both of its rates, and uses up none if it
// lacks one.
bool Dispatcher::within_rates(Flight& flight) {
  std::optional<Limit>& own = flight.rules->limits[flight.rule];
  std::optional<Limit>& device = flight.rules->device;
  if (!own && !device) return true;
  const std::array<Limit*, 2> both{own ? &*own : nullptr, device ? &*device : nullptr};
  const base::Instant now = clock_.now();
  for (Limit* limit : both) {
    if (limit == nullptr || within(*limit, now)) continue;
    pass_over(flight, "rate limit (" + std::to_string(limit->bucket.rate().per_minute) +
                          " a minute, " + limit->whose + ")");
    return false;
  }
  for (Limit* limit : both) {
    if (limit != nullptr) limit->bucket.take();
  }
  return true;
}

// Says the beginning and the end of a burst, and nothing for what is in between: every single one
// is reported to the sender.
bool Dispatcher::within(Limit& limit, base::Instant now) {
  const auto per_minute = static_cast<long long>(limit.bucket.rate().per_minute);
  if (limit.bucket.ready(now)) {
    if (limit.refused > 0) {
      log_.warning("%s: within the rate of %lld a minute again; %llu were not acted on",
                   limit.whose.c_str(), per_minute, static_cast<unsigned long long>(limit.refused));
    }
    limit.refused = 0;
    return true;
  }
  ++passed_over_;
  if (limit.refused++ == 0) {
    log_.warning(
        "%s: over the rate of %lld a minute; what comes too often is not acted on, and reported as "
        "failed",
        limit.whose.c_str(), per_minute);
  }
  return false;
}

void Dispatcher::pass_over(Flight& flight, const std::string& why) {
  for (const RuleAction& one : (*flight.rules->set)[flight.rule].actions) {
    flight.failed.push_back(protocol::FailedReport{0, one.label, why});
  }
}

// Runs actions until one does not end at once, or all are over. Actions of one flight share its
// number: only one of them runs at a time.
void Dispatcher::advance(Flights::iterator flight) {
  flight->advancing = true;
  while (const RuleAction* next = next_action(*flight)) {
    flight->label = &next->label;
    flight->running = true;
    next->action->start(flight->run, flight->event, *this);
    if (!flight->running) continue;
    flight->advancing = false;
    flight->event.drop_data();  // there is one arena, and an action may take its time
    return;
  }
  land(flight);
}

void Dispatcher::land(Flights::iterator flight) {
  // Before anybody hears of the end: what is acknowledged is remembered.
  if (flight->verdict && flight->verdict->kind == EventGate::Verdict::Kind::kRun) {
    gate_->ended(flight->verdict->mark);
  }
  const Ticket ticket = flight->ticket;
  std::vector<protocol::FailedReport> failed = std::move(flight->failed);
  protocol::Event event = std::move(flight->event).release();
  *flight = Flight(0, 0, ReceivedEvent({}, {}, {}), nullptr);  // lets go of the rules
  if (landed_.size() < kLandedMax) {
    landed_.splice(landed_.begin(), flights_, flight);
  } else {
    flights_.erase(flight);
  }
  observer_.dispatched(ticket, std::move(failed), std::move(event));
}

void Dispatcher::run_finished(Run run, base::Status outcome) {
  if (stopped_) return;
  const auto found = std::ranges::find(flights_, run, &Flight::run);
  BECKON_ASSERT(found != flights_.end() && found->running);
  Flight& flight = *found;
  flight.running = false;
  if (!outcome) {
    const std::string& why = outcome.error().message;
    log_.warning("event %llu (%s): action %s failed: %s",
                 static_cast<unsigned long long>(flight.event.event().seq),
                 flight.event.event().name.c_str(), flight.label->c_str(), why.c_str());
    flight.failed.push_back(protocol::FailedReport{0, *flight.label, why});
  }
  if (!flight.advancing) advance(found);
}

}  // namespace beckon::agent
