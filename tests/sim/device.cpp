// SPDX-License-Identifier: Apache-2.0
// A device's life, and its actions.
#include "tests/sim/device.h"

#include <algorithm>
#include <utility>

#include "agent/rules.h"

namespace beckon::sim {
namespace {

constexpr std::string_view kFirst = "first";  // the action that every event starts with

class DeviceAction final : public agent::Action {
 public:
  DeviceAction(Device& device, const char* label, const Device::Rules& rules)
      : device_(device), label_(label), rules_(rules) {}
  void start(agent::Run run, const agent::ReceivedEvent& event,
             agent::RunObserver& observer) override {
    device_.act(label_, rules_, run, event, observer);
  }

 private:
  Device& device_;
  const char* label_;
  Device::Rules rules_;
};

agent::SessionOptions make_options(Dice& dice) {
  constexpr std::size_t kMaxBytes[] = {512, 1024, 4096, 16384, 32768};
  agent::SessionOptions options;
  options.concurrency = static_cast<std::size_t>(dice.from(1, 8));
  options.max_bytes = kMaxBytes[dice.index(std::size(kMaxBytes))];
  options.start_oldest = dice.one_in(3);
  options.make_before_break = !dice.one_in(3);
  return options;
}

}  // namespace

Device::Device(Context& context, Gateway& gateway, const Ledger& ledger, std::string user,
               std::string name)
    : context_(context),
      gateway_(gateway),
      user_(std::move(user)),
      name_(std::move(name)),
      options_(make_options(context.dice)),
      frame_bytes_max_(context.dice.one_in(2) ? protocol::kFrameBytesMax : options_.max_bytes),
      book_(context, ledger,
            {user_, name_, options_.max_bytes, options_.max_bytes, options_.concurrency}) {
  make_rules(true);
}

// Every event has one action; those called "two…" may have another one.
void Device::make_rules(bool has_second) {
  const Rules which{++rules_number_, has_second};
  rules_ = std::make_shared<agent::RuleSet>(has_second ? 2 : 1);
  (*rules_)[0].actions.push_back({"first", std::make_unique<DeviceAction>(*this, "first", which)});
  if (!has_second) return;
  (*rules_)[1].name_glob = "two*";
  (*rules_)[1].actions.push_back(
      {"second", std::make_unique<DeviceAction>(*this, "second", which)});
}

void Device::reconfigure() {
  // What a device without a cursor begins with stays, or a life of its would begin before another.
  const bool start_oldest = options_.start_oldest;
  options_ = make_options(context_.dice);
  options_.start_oldest = start_oldest;
  if (frame_bytes_max_ < options_.max_bytes) frame_bytes_max_ = options_.max_bytes;
  book_.reconfigured(options_.max_bytes, options_.concurrency);
  make_rules(!context_.dice.one_in(3));
  context_.trace.line(context_.now(), "reconfigured", name_, options_.max_bytes,
                      options_.concurrency, rules_number_);
  enter([&](agent::Agent& agent) {
    agent.set_rules(rules_);
    agent.reconfigure(options_);
  });
}

void Device::enter(const std::function<void(agent::Agent&)>& call) {
  if (!agent_) return;
  call(*agent_);
  if (power_lost_) {
    end_process(context_.dice.between(1s, 3min));
  } else if (agent_->state() == agent::State::kStopped) {
    end_actions();
    end_process(context_.dice.between(100ms, 30min));
  }
}

template <class Call>
void Device::sometime(Trouble trouble, base::Duration stretch, Call call) {
  if (!context_.strikes(trouble)) return;
  context_.schedule.after(context_.dice.between(0ms, stretch), [this, call] {
    if (!context_.calm) call();
  });
}

void Device::plan_troubles(base::Duration stretch) {
  sometime(Trouble::kPowerLost, stretch, [this] {
    if (agent_) end_process(context_.dice.between(1s, 20min));
  });
  sometime(Trouble::kStopped, stretch, [this] {
    context_.trace.line(context_.now(), "stop", name_);
    enter([](agent::Agent& agent) { agent.stop(); });
  });
  sometime(Trouble::kNetworkUp, stretch,
           [this] { enter([](agent::Agent& agent) { agent.network_up(); }); });
  sometime(Trouble::kReconfigured, stretch, [this] { reconfigure(); });
  sometime(Trouble::kClockJumps, stretch, [this] {
    constexpr std::uint64_t kDay_ms = 24ULL * 3600 * 1000;
    clock_error_ms_ = static_cast<std::int64_t>(context_.dice.below(2 * kDay_ms)) -
                      static_cast<std::int64_t>(kDay_ms);
  });
  sometime(Trouble::kNetworkOut, stretch, [this] {
    network_out_ = true;
    for (const auto& [attempt, link] : links_) gateway_.deafen(link);
    context_.schedule.after(context_.dice.between(1s, 40min), [this] { network_out_ = false; });
  });
}

void Device::calm_down() {
  network_out_ = false;
  if (!agent_) boot();
}

void Device::boot() {
  if (agent_ || context_.schedule.stopped()) return;
  ++process_;
  power_lost_ = false;
  began_with_.clear();
  if (context_.strikes(Trouble::kStorageWiped)) storage_.clear();
  const agent::Ports ports{*this, *this, *this, *this, *this, *this, *this};
  agent_ = std::make_unique<agent::Agent>(ports, options_, "cursor");
  context_.trace.line(context_.now(), "boot", name_, loaded_.value_or("-"));
  const auto cursor = protocol::parse_cursor(loaded_.value_or(""));
  book_.booted(cursor ? std::optional(*cursor) : std::nullopt);
  agent_->set_rules(rules_);
  enter([](agent::Agent& agent) { agent.start(); });
}

// As a platform does with what still runs when the agent has stopped; nothing may follow from it.
void Device::end_actions() {
  for (const auto& [run, observer] : std::exchange(running_, {})) {
    observer->run_finished(run, base::fail(base::ErrorCode::kIo, "ended: the agent stops"));
  }
}

// Whatever runs is forgotten; late callbacks carry the number of a process that is no more.
void Device::end_process(base::Duration off_for) {
  context_.trace.line(context_.now(), "off", name_);
  agent_.reset();
  ++process_;
  ++alarm_;
  const bool said = context_.dice.one_in(2);  // a process that dies closes its sockets, a cable not
  for (const auto& [attempt, link] : links_) {
    if (said) {
      gateway_.close(link, 1006);
    } else {
      gateway_.abandon(link);
    }
  }
  links_.clear();
  open_.clear();
  said_.clear();
  running_.clear();
  // In calm nobody stays off, neither who was told to stop before it and ends in it.
  context_.schedule.after(context_.calm ? 100ms : off_for, [this] { boot(); });
}

void Device::act(const char* label, const Rules& rules, agent::Run run,
                 const agent::ReceivedEvent& event, agent::RunObserver& observer) {
  if (power_lost_) return;
  if (agent_->state() == agent::State::kStopped) {
    return context_.broken("stopped", name_ + ": expected no action after the end, got " + label);
  }
  const protocol::Event& it = event.event();
  const bool has_second = rules.has_second && it.name.starts_with("two");
  const bool is_first = label == kFirst;
  if (is_first) {
    book_.dispatched(event.stream(), it);
    began_with_[run] = rules.number;
  } else if (began_with_[run] != rules.number) {
    context_.broken("rules-it-began-with",
                    name_ + ": expected event " + std::to_string(it.seq) + " to go on with rules " +
                        std::to_string(began_with_[run]) + ", got " + std::to_string(rules.number));
  }
  if (dies_now()) return;
  const bool fails = context_.strikes(Trouble::kActionFails);
  const bool last = !is_first || !has_second;
  base::Duration takes = context_.dice.one_in(3) ? 0ms : context_.dice.between(1ms, 300ms);
  if (context_.strikes(Trouble::kActionSlow)) takes = context_.dice.between(1s, kActionMax);
  if (takes == 0ms) {
    return end_action(process_, run, event.stream(), it.seq, last, fails, observer);
  }
  running_[run] = &observer;
  context_.schedule.after(takes, [this, process = process_, run, epoch = event.stream(),
                                  seq = it.seq, last, fails, &observer] {
    if (process != process_) return;
    enter([&](agent::Agent&) { end_action(process, run, epoch, seq, last, fails, observer); });
  });
}

void Device::end_action(std::uint64_t process, agent::Run run, const std::string& epoch,
                        std::uint64_t seq, bool last, bool fails, agent::RunObserver& observer) {
  if (process != process_) return;
  running_.erase(run);
  if (fails) book_.action_failed(epoch, seq);
  if (last) {
    book_.finished(epoch, seq);
    began_with_.erase(run);
  }
  observer.run_finished(
      run, fails ? base::fail(base::ErrorCode::kIo, "it did not work") : base::Status());
}

bool Device::dies_now() {
  if (context_.strikes(Trouble::kDiesInAStep)) power_lost_ = true;
  return power_lost_;
}

}  // namespace beckon::sim
