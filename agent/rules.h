// SPDX-License-Identifier: Apache-2.0
// Rules: which events an action is for. A rule matches if the event's name fits its glob and every
// condition holds. Decides nothing about running.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/action.h"
#include "agent/config_reader.h"
#include "agent/event.h"
#include "agent/rate_limit.h"
#include "common/json/json.h"

namespace beckon::agent {

// '*' stands for any text, also none; '?' for one character (a UTF-8 sequence); everything else for
// itself. The whole name must fit.
bool glob_matches(std::string_view pattern, std::string_view name);

// A text, a number, true, false or null.
using Scalar = std::variant<std::monostate, bool, double, std::string>;

// A condition on one field of data.
struct Condition {
  enum class Kind { kOneOf, kExists, kAbsent };
  std::string path;  // "data.…"
  Kind kind = Kind::kOneOf;
  std::vector<Scalar> values;  // kOneOf
  bool holds(const ReceivedEvent& event) const;
};

struct RuleAction {
  std::string label;  // the action's type, or the "label" its configuration gives it
  std::unique_ptr<Action> action;
};

struct Rule {
  std::string name_glob = "*";
  std::vector<Condition> conditions;
  std::vector<RuleAction> actions;
  std::optional<Rate> rate;         // of the events for which its actions run; nothing: any
  bool requires_signature = false;  // of one of the signers, see signature_gate.h
  bool matches(const ReceivedEvent& event) const;
};

using RuleSet = std::vector<Rule>;

// Reads {"name":…, "where":{…}, "actions":[…], "rate":{…}, "require_signature":…}; without the last
// it is require_signature. Errors are with the reader.
Rule read_rule(ObjectReader& config, ActionTypes types, bool require_signature = false);

}  // namespace beckon::agent
