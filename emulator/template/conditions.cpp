// SPDX-License-Identifier: Apache-2.0
// The boolean half of the evaluator: Conditions, Fn::If and what they are made of.
#include <fmt/format.h>

#include <utility>

#include "emulator/template/evaluate.h"

namespace beckon::emulator {

bool TemplateEvaluator::condition(const std::string& name, SourcePosition at) {
  const auto known = known_conditions_.find(name);
  if (known != known_conditions_.end()) return known->second;
  const TemplateNode* definition =
      scope_.conditions == nullptr ? nullptr : scope_.conditions->find(name);
  if (definition == nullptr) {
    std::vector<std::string> names;
    if (scope_.conditions != nullptr) {
      for (const TemplateMember& member : scope_.conditions->members) names.push_back(member.key);
    }
    error(at, fmt::format("expected the name of a condition, got \"{}\"{}; the template has {}",
                          name, suggestion(name, names), listed(names)));
    return true;
  }
  if (!open_conditions_.insert(name).second) {
    error(at, fmt::format("condition \"{}\" depends on itself", name));
    return true;
  }
  // A condition is known before any resource is: it may refer to parameters only.
  ResourceReferences* const references = std::exchange(references_, nullptr);
  const bool result = is_true(*definition);
  references_ = references;
  open_conditions_.erase(name);
  known_conditions_[name] = result;
  return result;
}

bool TemplateEvaluator::is_true(const TemplateNode& node) {
  if (node.is_mapping() && node.members.size() == 1) {
    const TemplateMember& call = node.members.front();
    if (call.key == "Condition" && call.value.is_scalar()) {
      return condition(call.value.text, call.value.at);
    }
    if (call.key == "Fn::Equals") return equals(call.value);
    if (call.key == "Fn::And") return all_or_any(call.value, true, "Fn::And");
    if (call.key == "Fn::Or") return all_or_any(call.value, false, "Fn::Or");
    if (call.key == "Fn::Not") {
      const TemplateNode* list = list_of(call.value, 1, 1, "Fn::Not: [condition]");
      return list == nullptr || !is_true(list->items[0]);
    }
  }
  if (!node.is_unknown()) {
    error(node.at, fmt::format("expected a condition (Fn::Equals, Fn::And, Fn::Or, Fn::Not or "
                               "Condition), got {}",
                               node.describe()));
  }
  return true;
}

bool TemplateEvaluator::equals(const TemplateNode& argument) {
  const TemplateNode* list = list_of(argument, 2, 2, "Fn::Equals: [value, value]");
  if (list == nullptr) return true;
  const auto left = known_text(list->items[0], "Fn::Equals");
  const auto right = known_text(list->items[1], "Fn::Equals");
  return !left || !right || *left == *right;
}

bool TemplateEvaluator::all_or_any(const TemplateNode& argument, bool all, std::string_view name) {
  const TemplateNode* list =
      list_of(argument, 2, 10, fmt::format("{}: [2 to 10 conditions]", name));
  if (list == nullptr) return true;
  bool result = all;
  for (const TemplateNode& item : list->items) {
    const bool value = is_true(item);
    result = all ? result && value : result || value;
  }
  return result;
}

std::optional<TemplateNode> TemplateEvaluator::choose(const TemplateNode& argument) {
  const TemplateNode* list = list_of(argument, 3, 3, "Fn::If: [condition name, then, else]");
  if (list == nullptr) return TemplateNode::unknown(argument.at);
  if (!list->items[0].is_scalar()) {
    return error(list->items[0].at, fmt::format("expected the name of a condition, got {}",
                                                list->items[0].describe()));
  }
  const bool which = condition(list->items[0].text, list->items[0].at);
  return evaluate(list->items[which ? 1 : 2]);
}

}  // namespace beckon::emulator
