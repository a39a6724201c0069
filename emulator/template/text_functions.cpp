// SPDX-License-Identifier: Apache-2.0
// The evaluator's functions that make texts and lists: Sub, Join, Select, Split, FindInMap, Base64.
#include <fmt/format.h>

#include "common/base/bytes.h"
#include "emulator/template/evaluate.h"

namespace beckon::emulator {

TemplateNode TemplateEvaluator::sub(const TemplateNode& argument) {
  if (argument.is_unknown()) return argument;
  std::map<std::string, std::string> variables;
  const TemplateNode* pattern = &argument;
  if (argument.is_sequence()) {
    const TemplateNode* list = list_of(argument, 2, 2, "Fn::Sub: [text, {name: value}]");
    if (list == nullptr) return TemplateNode::unknown(argument.at);
    pattern = &list->items[0];
    if (!list->items[1].is_mapping()) {
      return error(list->items[1].at, fmt::format("expected a mapping of names to values, got {}",
                                                  list->items[1].describe()));
    }
    for (const TemplateMember& member : list->items[1].members) {
      auto value = known_text(member.value, "Fn::Sub");
      if (!value) return TemplateNode::unknown(argument.at);
      variables[member.key] = std::move(*value);
    }
  }
  if (pattern->kind != TemplateNode::Kind::kScalar) {
    return error(pattern->at, fmt::format("expected Fn::Sub: text, got {}", pattern->describe()));
  }
  auto result = substitute(pattern->text, variables, pattern->at);
  return result ? TemplateNode::scalar(std::move(*result), argument.at)
                : TemplateNode::unknown(argument.at);
}

std::optional<std::string> TemplateEvaluator::substitute(
    std::string_view text, const std::map<std::string, std::string>& variables, SourcePosition at) {
  std::string out;
  bool is_known = true;
  while (true) {
    const std::size_t start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos) return is_known ? std::optional(out) : std::nullopt;
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) {
      error(at, "expected \"}\" after \"${\" in Fn::Sub (\"${!\" gives a literal \"${\")");
      return std::nullopt;
    }
    std::string name(text.substr(start + 2, end - start - 2));
    text.remove_prefix(end + 1);
    if (name.starts_with('!')) {
      out += "${" + name.substr(1) + "}";
      continue;
    }
    const auto variable = variables.find(name);
    if (variable != variables.end()) {
      out += variable->second;
      continue;
    }
    TemplateNode value;
    if (name.find('.') != std::string::npos) {
      value = attribute(name, at);
    } else {
      value = ref(TemplateNode::scalar(name, at));
    }
    if (value.is_sequence() || value.is_mapping()) {
      error(at, fmt::format("expected \"${{{}}}\" to be a text, it is {}", name, value.describe()));
    }
    is_known = is_known && value.kind == TemplateNode::Kind::kScalar;
    out += value.text;
  }
}

TemplateNode TemplateEvaluator::join(const TemplateNode& argument) {
  const TemplateNode* list = list_of(argument, 2, 2, "Fn::Join: [delimiter, [values]]");
  if (list == nullptr) return TemplateNode::unknown(argument.at);
  if (list->items[0].kind != TemplateNode::Kind::kScalar) {
    return error(list->items[0].at, fmt::format("expected a text as Fn::Join's delimiter, got {}",
                                                list->items[0].describe()));
  }
  const std::optional<TemplateNode> values = evaluate(list->items[1]);
  if (values && values->is_unknown()) return *values;
  if (!values || !values->is_sequence()) {
    return error(list->items[1].at, "expected a list as Fn::Join's second value");
  }
  std::string out;
  for (std::size_t i = 0; i < values->items.size(); ++i) {
    const TemplateNode& item = values->items[i];
    if (item.is_sequence() || item.is_mapping()) {
      return error(item.at,
                   fmt::format("expected texts in Fn::Join's list, got {}", item.describe()));
    }
    if (item.is_unknown()) return item;
    if (i > 0) out += list->items[0].text;
    out += item.text;
  }
  return TemplateNode::scalar(std::move(out), argument.at);
}

TemplateNode TemplateEvaluator::select(const TemplateNode& argument) {
  const TemplateNode* list = list_of(argument, 2, 2, "Fn::Select: [index, [values]]");
  if (list == nullptr) return TemplateNode::unknown(argument.at);
  const auto index_text = known_text(list->items[0], "Fn::Select");
  const std::optional<TemplateNode> values = evaluate(list->items[1]);
  if (values && values->is_unknown()) return *values;
  if (!values || !values->is_sequence()) {
    return error(list->items[1].at, "expected a list as Fn::Select's second value");
  }
  if (!index_text) return TemplateNode::unknown(argument.at);
  const auto index = base::parse_uint64(*index_text);
  if (!index || *index >= values->items.size()) {
    return error(list->items[0].at, fmt::format("expected an index below {}, got \"{}\"",
                                                values->items.size(), *index_text));
  }
  return values->items[static_cast<std::size_t>(*index)];
}

TemplateNode TemplateEvaluator::split(const TemplateNode& argument) {
  const TemplateNode* list = list_of(argument, 2, 2, "Fn::Split: [delimiter, text]");
  if (list == nullptr) return TemplateNode::unknown(argument.at);
  const std::string& delimiter = list->items[0].text;
  if (list->items[0].kind != TemplateNode::Kind::kScalar || delimiter.empty()) {
    return error(list->items[0].at, "expected a delimiter of at least one character");
  }
  const auto known = known_text(list->items[1], "Fn::Split");
  if (!known) return TemplateNode::unknown(argument.at);
  const std::string& whole = *known;
  TemplateNode result;
  result.kind = TemplateNode::Kind::kSequence;
  result.at = argument.at;
  std::size_t from = 0;
  while (true) {
    const std::size_t end = whole.find(delimiter, from);
    result.items.push_back(TemplateNode::scalar(whole.substr(from, end - from), argument.at));
    if (end == std::string::npos) return result;
    from = end + delimiter.size();
  }
}

TemplateNode TemplateEvaluator::find_in_map(const TemplateNode& argument) {
  const TemplateNode* list = list_of(argument, 3, 3, "Fn::FindInMap: [map, key, name]");
  if (list == nullptr) return TemplateNode::unknown(argument.at);
  const TemplateNode* at = scope_.mappings;
  for (const TemplateNode& item : list->items) {
    const std::string key = text(item, "Fn::FindInMap");
    const TemplateNode* next = at == nullptr ? nullptr : at->find(key);
    if (next == nullptr) {
      std::vector<std::string> keys;
      if (at != nullptr) {
        for (const TemplateMember& member : at->members) keys.push_back(member.key);
      }
      return error(item.at, fmt::format("expected a key of Mappings, got \"{}\"{}; there are {}",
                                        key, suggestion(key, keys), listed(keys)));
    }
    at = next;
  }
  TemplateNode value = *at;
  value.at = argument.at;
  return value;
}

TemplateNode TemplateEvaluator::base64(const TemplateNode& argument) {
  return TemplateNode::scalar(base::base64(text(argument, "Fn::Base64")), argument.at);
}

}  // namespace beckon::emulator
