// SPDX-License-Identifier: Apache-2.0
// The buses and rules of a template: which targets an event goes to. Patterns are compiled once, at
// start. The wire is event_bridge.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "emulator/events/pattern.h"
#include "emulator/events/rule_delivery.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

class EventBuses {
 public:
  // kInvalid: a pattern is refused; names every such rule with the reason, one a line.
  static base::Result<EventBuses> create(const AppModel& model);

  bool contains(std::string_view bus) const { return rules_.contains(bus); }
  std::vector<std::string> names() const;  // with "default"
  // The rules of a bus in the order of the template; empty for an unknown bus.
  std::vector<const RuleModel*> rules(std::string_view bus) const;

  std::string bus_arn(std::string_view bus) const;
  std::string rule_arn(const RuleModel& rule) const;
  std::string function_arn(std::string_view function) const;

  // One for each target of each enabled rule that matches. envelope: the event's JSON text.
  std::vector<RuleEvent> route(std::string_view bus, const FlatEvent& event,
                               const std::string& envelope) const;

 private:
  struct Rule {
    RuleModel model;
    EventPattern pattern;
    std::string arn;
  };

  EventBuses() = default;

  std::string region_;
  std::string account_;
  std::map<std::string, std::vector<Rule>, std::less<>> rules_;  // by bus
};

}  // namespace beckon::emulator
