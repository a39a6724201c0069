// SPDX-License-Identifier: Apache-2.0
#include "tests/support/backend/conditions.h"

#include <algorithm>

#include "common/base/assert.h"
#include "common/base/bytes.h"

namespace beckon::tests {
namespace {

using lambdas::AttributeValue;
using lambdas::Item;
using lambdas::Number;
using lambdas::Term;

std::int64_t value_of(const Number& number) {
  const auto value = base::parse_int64(number.text);
  BECKON_ASSERT(value.has_value());  // all numbers of ours are whole
  return *value;
}

std::partial_ordering compare(const AttributeValue& a, const AttributeValue& b) {
  if (a.index() != b.index()) return std::partial_ordering::unordered;
  if (const auto* number = std::get_if<Number>(&a)) {
    return value_of(*number) <=> value_of(std::get<Number>(b));
  }
  if (const auto* text = std::get_if<std::string>(&a)) return *text <=> std::get<std::string>(b);
  return std::get<bool>(a) <=> std::get<bool>(b);
}

bool term_holds(const Term& term, const Item* item) {
  const AttributeValue* value = nullptr;
  if (item != nullptr) {
    const auto found = item->find(term.attribute);
    if (found != item->end()) value = &found->second;
  }
  if (term.op == Term::Op::kExists) return value != nullptr;
  if (term.op == Term::Op::kNotExists) return value == nullptr;
  if (value == nullptr) return false;
  const std::partial_ordering order = compare(*value, term.value);
  switch (term.op) {
    case Term::Op::kEquals: return order == 0;
    case Term::Op::kLess: return order < 0;
    case Term::Op::kLessOrEquals: return order <= 0;
    case Term::Op::kGreater: return order > 0;
    case Term::Op::kGreaterOrEquals: return order >= 0;
    case Term::Op::kExists:
    case Term::Op::kNotExists: break;
  }
  return false;
}

}  // namespace

bool holds(const lambdas::Condition& condition, const Item* item) {
  if (condition.any_of.empty()) return true;
  return std::ranges::any_of(condition.any_of, [item](const std::vector<Term>& group) {
    return std::ranges::all_of(group, [item](const Term& term) { return term_holds(term, item); });
  });
}

void apply(const lambdas::Update& update, Item& item) {
  for (const auto& [name, value] : update.set) item[name] = value;
  for (const std::string& name : update.remove) item.erase(name);
  for (const auto& [name, amount] : update.add) {
    item[name] = lambdas::number(lambdas::integer_of(item, name).value_or(0) + amount);
  }
}

}  // namespace beckon::tests
