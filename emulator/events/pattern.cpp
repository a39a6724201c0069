// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace beckon::emulator {
namespace {

constexpr std::size_t kAlternativesMax = 1000;  // EventBridge's limit of combinations by "$or"

std::unexpected<base::Error> refuse(std::string reason) {
  return base::fail(base::ErrorCode::kInvalid, std::move(reason));
}

bool is_operator(std::string_view name) {
  static constexpr std::array kNames = {"prefix",       "suffix",  "equals-ignore-case",
                                        "anything-but", "numeric", "cidr",
                                        "exists",       "wildcard"};
  return std::ranges::any_of(kNames, [&](const char* known) { return name == known; });
}

// "$or" means alternatives only over two or more objects that are no match expressions; otherwise
// it is a member like any other.
bool is_or(json::View member) {
  if (member.key() != "$or" || !member.is_array() || member.size() < 2) return false;
  for (const json::View item : member) {
    if (!item.is_object() || item.size() == 0) return false;
    for (const json::View inner : item) {
      if (is_operator(inner.key())) return false;
    }
  }
  return true;
}

bool fits(const std::vector<std::pair<int, int>>& chosen,
          const std::vector<std::pair<int, int>>& candidate) {
  return std::ranges::all_of(candidate, [&](const auto& element) {
    return std::ranges::none_of(chosen, [&](const auto& other) {
      return other.first == element.first && other.second != element.second;
    });
  });
}

}  // namespace

bool EventPattern::Field::accepts(const EventLeaf& leaf) const {
  return std::ranges::any_of(matchers,
                             [&](const Matcher& matcher) { return matcher.matches(leaf); });
}

base::Result<EventPattern> EventPattern::compile(std::string_view text) {
  constexpr const char* kPrefix = "Event pattern is not valid. Reason: ";
  const base::Result<json::Document> document = json::parse(text, json::kDepthMaxHost);
  if (!document) return refuse(kPrefix + document.error().message);
  if (!document->root().is_object())
    return refuse(std::string(kPrefix) + "Filter is not an object");
  EventPattern pattern;
  pattern.alternatives_.emplace_back();
  if (auto status = read_object(document->root(), "", pattern.alternatives_); !status) {
    return refuse(kPrefix + status.error().message);
  }
  return pattern;
}

base::Result<EventPattern::Field> EventPattern::read_field(json::View list, std::string path) {
  if (list.size() == 0) return refuse("Empty arrays are not allowed");
  Field field;
  field.path = std::move(path);
  for (const json::View item : list) {
    base::Result<Matcher> matcher = parse_matcher(item);
    if (!matcher) return std::unexpected(matcher.error());
    field.absent_will_do = field.absent_will_do || matcher->kind == Matcher::Kind::kAbsent;
    field.matchers.push_back(std::move(*matcher));
  }
  return field;
}

base::Status EventPattern::read_object(json::View object, const std::string& path,
                                       std::vector<Fields>& alternatives) {
  if (object.size() == 0) return refuse("Empty objects are not allowed");
  for (const json::View member : object) {
    if (is_or(member)) {
      if (auto status = read_or(member, path, alternatives); !status) return status;
      continue;
    }
    std::string inner =
        path.empty() ? std::string(member.key()) : fmt::format("{}.{}", path, member.key());
    if (member.is_object()) {
      if (auto status = read_object(member, inner, alternatives); !status) return status;
    } else if (member.is_array()) {
      base::Result<Field> field = read_field(member, std::move(inner));
      if (!field) return std::unexpected(field.error());
      for (Fields& fields : alternatives) fields.push_back(*field);
    } else {
      return refuse(fmt::format("\"{}\" must be an object or an array", member.key()));
    }
  }
  return {};
}

base::Status EventPattern::read_or(json::View list, const std::string& path,
                                   std::vector<Fields>& alternatives) {
  std::vector<Fields> all;
  for (const json::View item : list) {
    std::vector<Fields> branch = alternatives;
    if (auto status = read_object(item, path, branch); !status) return status;
    if (all.size() + branch.size() > kAlternativesMax) {
      return refuse(fmt::format("Rule is too complex - \"$or\" makes more than {} combinations",
                                kAlternativesMax));
    }
    std::ranges::move(branch, std::back_inserter(all));
  }
  alternatives = std::move(all);
  return {};
}

bool EventPattern::fields_match(const Fields& fields, std::size_t from, const FlatEvent& event,
                                std::vector<std::pair<int, int>>& elements) {
  if (from == fields.size()) return true;
  const Field& field = fields[from];
  const std::vector<EventLeaf>* leaves = event.find(field.path);
  if (leaves == nullptr)
    return field.absent_will_do && fields_match(fields, from + 1, event, elements);
  for (const EventLeaf& leaf : *leaves) {
    if (!fits(elements, leaf.elements) || !field.accepts(leaf)) continue;
    const std::size_t before = elements.size();
    elements.insert(elements.end(), leaf.elements.begin(), leaf.elements.end());
    if (fields_match(fields, from + 1, event, elements)) return true;
    elements.resize(before);
    // A value outside all arrays binds nothing: another one in its place would fail as well.
    if (leaf.elements.empty()) return false;
  }
  return false;
}

bool EventPattern::matches(const FlatEvent& event) const {
  std::vector<std::pair<int, int>> elements;
  const auto can_match = [&](const Field& field) {
    const std::vector<EventLeaf>* leaves = event.find(field.path);
    if (leaves == nullptr) return field.absent_will_do;
    return std::ranges::any_of(*leaves, [&](const EventLeaf& leaf) { return field.accepts(leaf); });
  };
  return std::ranges::any_of(alternatives_, [&](const Fields& fields) {
    elements.clear();
    return std::ranges::all_of(fields, can_match) && fields_match(fields, 0, event, elements);
  });
}

}  // namespace beckon::emulator
