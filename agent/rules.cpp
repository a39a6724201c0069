// SPDX-License-Identifier: Apache-2.0
#include "agent/rules.h"

#include <algorithm>
#include <utility>

namespace beckon::agent {
namespace {

bool is_scalar(json::View value) {
  return value.exists() && !value.is_object() && !value.is_array();
}

Scalar scalar_of(json::View value) {
  if (const auto text = value.string()) return std::string(*text);
  if (const auto number = value.number()) return *number;
  if (const auto flag = value.boolean()) return *flag;
  return std::monostate();
}

// Compares without memory of its own: it is asked for every event.
bool equals(const Scalar& scalar, json::View value) {
  if (const auto* text = std::get_if<std::string>(&scalar)) return value.string() == *text;
  if (const auto* number = std::get_if<double>(&scalar)) return value.number() == *number;
  if (const auto* flag = std::get_if<bool>(&scalar)) return value.boolean() == *flag;
  return value.is_null();
}

std::size_t character_bytes(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end - at;
}

// {"one_of":[…]} or {"equals":…} or {"exists":…}; a scalar is short for equals.
void read_condition(json::View value, const std::string& path, ConfigErrors& errors,
                    Condition& condition) {
  if (is_scalar(value)) {
    condition.values.push_back(scalar_of(value));
    return;
  }
  ObjectReader reader(value, path, errors);
  const json::View equals = reader.any("equals");
  const json::View one_of = reader.array("one_of");
  const auto exists = reader.flag("exists");
  reader.finish();
  if (reader.failed()) return;
  const int given = (equals.exists() ? 1 : 0) + (one_of.exists() ? 1 : 0) + (exists ? 1 : 0);
  if (given != 1) {
    reader.error("", "expected exactly one of equals, one_of, exists");
    return;
  }
  if (exists) {
    condition.kind = *exists ? Condition::Kind::kExists : Condition::Kind::kAbsent;
  } else if (equals.exists()) {
    if (!is_scalar(equals))
      reader.wrong("equals", "a string, a number, true, false or null", equals);
    condition.values.push_back(scalar_of(equals));
  } else {
    for (const json::View one : one_of) {
      if (!is_scalar(one)) reader.wrong("one_of", "strings, numbers, true, false or null", one);
      condition.values.push_back(scalar_of(one));
    }
    if (condition.values.empty()) reader.wrong("one_of", "at least one value", one_of);
  }
}

void read_action(json::View value, const std::string& path, ConfigErrors& errors, ActionTypes types,
                 Rule& rule) {
  ObjectReader reader(value, path, errors);
  const auto type = reader.text("type");
  const auto label = reader.text("label");
  // It names the action in failure reports.
  if (label && label->empty()) {
    reader.error("label",
                 "expected a name for this action, got \"\"; leave it out to use the type");
  }
  if (!type) {
    if (!reader.failed()) reader.missing("type", "the kind of action");
    return;
  }
  std::string known;
  for (ActionType* one : types) {
    if (one->name() == *type) {
      std::unique_ptr<Action> action = one->make(reader);
      reader.finish();
      if (action) rule.actions.push_back({label.value_or(*type), std::move(action)});
      return;
    }
    if (!known.empty()) known += ", ";
    known += one->name();
  }
  reader.error("type", "\"" + *type + "\" is no action; known are " + known);
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n += character_bytes(name, n);
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool Condition::holds(const ReceivedEvent& event) const {
  const json::View value = event.data_field(path);
  if (kind == Kind::kExists) return value.exists();
  if (kind == Kind::kAbsent) return !value.exists();
  if (!is_scalar(value)) return false;
  return std::any_of(values.begin(), values.end(),
                     [&](const Scalar& one) { return equals(one, value); });
}

bool Rule::matches(const ReceivedEvent& event) const {
  if (!glob_matches(name_glob, event.event().name)) return false;
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.holds(event); });
}

Rule read_rule(ObjectReader& config, ActionTypes types, bool require_signature) {
  Rule rule;
  if (const auto name = config.text("name")) rule.name_glob = *name;
  if (rule.name_glob.empty()) config.error("name", "expected a pattern like \"door.*\", got \"\"");
  for (const json::View member : config.object("where")) {
    Condition condition;
    condition.path = member.key();
    const std::string path = config.path_of("where") + "." + condition.path;
    if (!is_field_path(condition.path) || !condition.path.starts_with("data.")) {
      config.errors().push_back(path + ": expected a path like data.door, got \"" + condition.path +
                                "\"");
      continue;
    }
    read_condition(member, path, config.errors(), condition);
    rule.conditions.push_back(std::move(condition));
  }
  const json::View actions = config.array("actions");
  std::size_t index = 0;
  for (const json::View action : actions) {
    read_action(action, config.path_of("actions") + "[" + std::to_string(index++) + "]",
                config.errors(), types, rule);
  }
  if (actions.exists() && index == 0) config.wrong("actions", "at least one action", actions);
  if (index == 0 && !config.failed()) config.missing("actions", "a list of at least one action");
  rule.rate = read_rate(config);
  rule.requires_signature = config.flag("require_signature").value_or(require_signature);
  config.finish();
  return rule;
}

}  // namespace beckon::agent
