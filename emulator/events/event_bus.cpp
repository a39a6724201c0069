// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/event_bus.h"

#include <fmt/format.h>

namespace beckon::emulator {

base::Result<EventBuses> EventBuses::create(const AppModel& model) {
  EventBuses buses;
  buses.region_ = model.region;
  buses.account_ = model.account;
  buses.rules_["default"];
  for (const std::string& bus : model.buses) buses.rules_[bus];
  std::string errors;
  for (const RuleModel& rule : model.rules) {
    base::Result<EventPattern> pattern = EventPattern::compile(rule.pattern);
    if (!pattern) {
      errors += fmt::format("{}{}: rule {}: {}", errors.empty() ? "" : "\n", model.template_path,
                            rule.name, pattern.error().message);
      continue;
    }
    buses.rules_[rule.bus].push_back(Rule{rule, std::move(*pattern), buses.rule_arn(rule)});
  }
  if (!errors.empty()) return base::fail(base::ErrorCode::kInvalid, std::move(errors));
  return buses;
}

std::vector<std::string> EventBuses::names() const {
  std::vector<std::string> names;
  for (const auto& [bus, rules] : rules_) names.push_back(bus);
  return names;
}

std::vector<const RuleModel*> EventBuses::rules(std::string_view bus) const {
  std::vector<const RuleModel*> models;
  const auto found = rules_.find(bus);
  if (found == rules_.end()) return models;
  for (const Rule& rule : found->second) models.push_back(&rule.model);
  return models;
}

std::string EventBuses::bus_arn(std::string_view bus) const {
  return fmt::format("arn:aws:events:{}:{}:event-bus/{}", region_, account_, bus);
}

std::string EventBuses::rule_arn(const RuleModel& rule) const {
  const std::string bus = rule.bus == "default" ? "" : rule.bus + "/";
  return fmt::format("arn:aws:events:{}:{}:rule/{}{}", region_, account_, bus, rule.name);
}

std::string EventBuses::function_arn(std::string_view function) const {
  return fmt::format("arn:aws:lambda:{}:{}:function:{}", region_, account_, function);
}

std::vector<RuleEvent> EventBuses::route(std::string_view bus, const FlatEvent& event,
                                         const std::string& envelope) const {
  std::vector<RuleEvent> events;
  const auto found = rules_.find(bus);
  if (found == rules_.end()) return events;
  for (const Rule& rule : found->second) {
    if (!rule.model.enabled || !rule.pattern.matches(event)) continue;
    for (const RuleTargetModel& target : rule.model.targets) {
      events.push_back({target, rule.arn, function_arn(target.function), envelope});
    }
  }
  return events;
}

}  // namespace beckon::emulator
