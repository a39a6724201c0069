// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/expressions.h"

#include <algorithm>

#include "lambdas/aws/item_json.h"

namespace beckon::lambdas {
namespace {

void join(std::string& out, std::string_view separator, const std::string& part) {
  if (!out.empty()) out += separator;
  out += part;
}

std::string_view comparison(Term::Op op) {
  switch (op) {
    case Term::Op::kEquals: return " = ";
    case Term::Op::kLess: return " < ";
    case Term::Op::kLessOrEquals: return " <= ";
    case Term::Op::kGreater: return " > ";
    case Term::Op::kGreaterOrEquals: return " >= ";
    case Term::Op::kExists:
    case Term::Op::kNotExists: break;
  }
  return "";
}

std::string render_term(const Term& term, Placeholders& placeholders) {
  const std::string name = placeholders.name(term.attribute);
  if (term.op == Term::Op::kExists) return "attribute_exists(" + name + ")";
  if (term.op == Term::Op::kNotExists) return "attribute_not_exists(" + name + ")";
  return name + std::string(comparison(term.op)) + placeholders.value(term.value);
}

}  // namespace

std::string Placeholders::name(const std::string& attribute) {
  auto found = std::ranges::find(names_, attribute);
  if (found == names_.end()) {
    names_.push_back(attribute);
    found = names_.end() - 1;
  }
  return "#n" + std::to_string(found - names_.begin());
}

std::string Placeholders::value(const AttributeValue& value) {
  values_.push_back(value);
  return ":v" + std::to_string(values_.size() - 1);
}

void Placeholders::write(json::Writer& out) const {
  if (!names_.empty()) {
    out.key("ExpressionAttributeNames").begin_object();
    for (std::size_t i = 0; i < names_.size(); ++i) {
      out.member("#n" + std::to_string(i), names_[i]);
    }
    out.end_object();
  }
  if (!values_.empty()) {
    out.key("ExpressionAttributeValues").begin_object();
    for (std::size_t i = 0; i < values_.size(); ++i) {
      out.key(":v" + std::to_string(i));
      write_value(out, values_[i]);
    }
    out.end_object();
  }
}

std::string render_condition(const Condition& condition, Placeholders& placeholders) {
  for (const auto& group : condition.any_of) {
    if (group.empty()) return "";  // a group without terms holds always
  }
  std::string all;
  for (const auto& group : condition.any_of) {
    std::string terms;
    for (const Term& term : group) join(terms, " AND ", render_term(term, placeholders));
    join(all, " OR ", condition.any_of.size() > 1 ? "(" + terms + ")" : terms);
  }
  return all;
}

std::string render_update(const Update& update, Placeholders& placeholders) {
  std::string set;
  for (const auto& [name, value] : update.set) {
    const std::string left = placeholders.name(name);
    join(set, ", ", left + " = " + placeholders.value(value));
  }
  std::string remove;
  for (const std::string& name : update.remove) join(remove, ", ", placeholders.name(name));
  std::string add;
  for (const auto& [name, value] : update.add) {
    const std::string left = placeholders.name(name);
    join(add, ", ", left + " " + placeholders.value(number(value)));
  }
  std::string all;
  if (!set.empty()) join(all, " ", "SET " + set);
  if (!remove.empty()) join(all, " ", "REMOVE " + remove);
  if (!add.empty()) join(all, " ", "ADD " + add);
  return all;
}

std::string render_key_condition(const QueryRequest& request, Placeholders& placeholders) {
  std::string all = placeholders.name(request.partition_key);
  all += " = " + placeholders.value(request.partition_value);
  const KeyRange& range = request.range;
  if (!range.begins_with && !range.from && !range.to) return all;
  const std::string sort = placeholders.name(request.sort_key);
  if (range.begins_with) {
    return all + " AND begins_with(" + sort + ", " + placeholders.value(*range.begins_with) + ")";
  }
  if (range.from && range.to) {
    const std::string from = placeholders.value(*range.from);
    return all + " AND " + sort + " BETWEEN " + from + " AND " + placeholders.value(*range.to);
  }
  if (range.from) return all + " AND " + sort + " >= " + placeholders.value(*range.from);
  return all + " AND " + sort + " <= " + placeholders.value(*range.to);
}

}  // namespace beckon::lambdas
