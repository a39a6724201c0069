// SPDX-License-Identifier: Apache-2.0
// Puts ExpressionAttributeNames and ExpressionAttributeValues into parsed expressions and checks
// what DynamoDB checks before it looks at an item: reserved words, functions, operand types,
// overlapping paths, unused names and values. Throws Fault (ValidationException).
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/json.h"
#include "emulator/dynamodb/expression.h"

namespace beckon::emulator::dynamodb {

// The names and values of one request. Bound expressions point into it, so it must outlive them.
class Bindings {
 public:
  // names, values: the request's members, null views if absent.
  Bindings(json::View names, json::View values);
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  const std::string* name(const std::string& alias);  // "#n"; null if undefined
  const Value* value(const std::string& alias);       // ":v"; null if undefined
  bool has_names() const { return !names_.empty(); }
  bool has_values() const { return !values_.empty(); }

  // Call after all expressions of the request are bound.
  void check_all_used() const;

 private:
  std::map<std::string, std::string> names_;
  std::map<std::string, Value> values_;
  std::set<std::string> used_;
};

// parameter: "ConditionExpression", "FilterExpression", … for the message.
Condition bind_condition(std::string_view text, Bindings& bindings, const char* parameter);
Update bind_update(std::string_view text, Bindings& bindings);
std::vector<Path> bind_projection(std::string_view text, Bindings& bindings);

}  // namespace beckon::emulator::dynamodb
