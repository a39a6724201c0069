// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/evaluate.h"

#include <fmt/format.h>

#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

bool is_call(const TemplateNode& node) {
  if (!node.is_mapping() || node.members.size() != 1) return false;
  const std::string& key = node.members.front().key;
  return key == "Ref" || key.starts_with("Fn::");
}

TemplateNode list_node(SourcePosition at) {
  TemplateNode node;
  node.kind = TemplateNode::Kind::kSequence;
  node.at = at;
  return node;
}

}  // namespace

TemplateNode TemplateEvaluator::error(SourcePosition at, std::string message) {
  errors_.add(at, std::move(message));
  return TemplateNode::unknown(at);
}

const TemplateNode* TemplateEvaluator::list_of(const TemplateNode& argument, std::size_t least,
                                               std::size_t most, std::string_view form) {
  if (argument.is_unknown()) return nullptr;
  if (argument.is_sequence() && argument.items.size() >= least && argument.items.size() <= most) {
    return &argument;
  }
  const std::string came = argument.is_sequence()
                               ? fmt::format("a list of {}", argument.items.size())
                               : argument.describe();
  error(argument.at, fmt::format("expected {}, got {}", form, came));
  return nullptr;
}

std::optional<TemplateNode> TemplateEvaluator::evaluate(const TemplateNode& node) {
  if (is_call(node)) return call(node.members.front().key, node.members.front().value);
  if (node.is_mapping()) return evaluate_members(node);
  if (!node.is_sequence()) return node;
  TemplateNode result = list_node(node.at);
  for (const TemplateNode& item : node.items) {
    if (auto value = evaluate(item)) result.items.push_back(std::move(*value));
  }
  return result;
}

std::optional<TemplateNode> TemplateEvaluator::evaluate_members(const TemplateNode& node) {
  TemplateNode result;
  result.kind = TemplateNode::Kind::kMapping;
  result.at = node.at;
  for (const TemplateMember& member : node.members) {
    if (member.key.starts_with("Fn::")) {
      error(member.key_at, fmt::format("expected \"{}\" alone in its mapping", member.key));
      continue;
    }
    if (auto value = evaluate(member.value)) {
      result.members.push_back({member.key, member.key_at, std::move(*value)});
    }
  }
  return result;
}

std::optional<TemplateNode> TemplateEvaluator::call(const std::string& name,
                                                    const TemplateNode& argument) {
  if (name == "Ref") {
    if (argument.is_scalar() && argument.text == "AWS::NoValue") return std::nullopt;
    return ref(argument);
  }
  if (name == "Fn::GetAtt") return get_att(argument);
  if (name == "Fn::Sub") return sub(argument);
  if (name == "Fn::Join") return join(argument);
  if (name == "Fn::Select") return select(argument);
  if (name == "Fn::Split") return split(argument);
  if (name == "Fn::FindInMap") return find_in_map(argument);
  if (name == "Fn::Base64") return base64(argument);
  if (name == "Fn::If") return choose(argument);
  if (name == "Fn::ImportValue") {
    return error(
        argument.at,
        "Fn::ImportValue needs another stack's exports, which beckon-emulator does not have: "
        "make the value a parameter");
  }
  return error(argument.at, fmt::format("beckon-emulator does not implement {}", name));
}

std::string TemplateEvaluator::text(const TemplateNode& node, std::string_view what) {
  return known_text(node, what).value_or("");
}

std::optional<std::string> TemplateEvaluator::known_text(const TemplateNode& node,
                                                         std::string_view what) {
  const std::optional<TemplateNode> value = evaluate(node);
  if (value && value->is_unknown()) return std::nullopt;
  if (!value || value->kind != TemplateNode::Kind::kScalar) {
    error(node.at, fmt::format("{}: expected a text, got {}", what,
                               value ? value->describe() : "AWS::NoValue"));
    return std::nullopt;
  }
  return value->text;
}

std::optional<TemplateNode> TemplateEvaluator::named_value(const std::string& name,
                                                           SourcePosition at) {
  if (name == "AWS::StackName") return TemplateNode::scalar(scope_.stack_name, at);
  if (name == "AWS::Region") return TemplateNode::scalar(scope_.region, at);
  if (name == "AWS::AccountId") return TemplateNode::scalar(scope_.account, at);
  if (name == "AWS::Partition") return TemplateNode::scalar("aws", at);
  if (name == "AWS::URLSuffix") return TemplateNode::scalar("amazonaws.com", at);
  if (name == "AWS::NotificationARNs") return list_node(at);
  if (name == "AWS::StackId") {
    return TemplateNode::scalar(
        fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/00000000-0000-0000-0000-000000000000",
                    scope_.region, scope_.account, scope_.stack_name),
        at);
  }
  const auto parameter = scope_.parameters.find(name);
  if (parameter != scope_.parameters.end()) {
    TemplateNode value = parameter->second;
    value.at = at;
    return value;
  }
  if (references_ != nullptr && references_->has_resource(name)) {
    return references_->reference(name, at);
  }
  return std::nullopt;
}

TemplateNode TemplateEvaluator::ref(const TemplateNode& argument) {
  if (argument.is_unknown()) return argument;
  if (!argument.is_scalar()) {
    return error(argument.at, fmt::format("expected Ref: name, got {}", argument.describe()));
  }
  if (auto value = named_value(argument.text, argument.at)) return *value;
  std::vector<std::string> names;
  for (const auto& [name, value] : scope_.parameters) names.push_back(name);
  if (references_ != nullptr) {
    for (std::string& id : references_->resource_ids()) names.push_back(std::move(id));
  }
  return error(argument.at, fmt::format("expected the name of a parameter{}, got \"{}\"{}",
                                        references_ != nullptr ? " or resource"
                                                               : " (a condition may refer to "
                                                                 "nothing else)",
                                        argument.text, suggestion(argument.text, names)));
}

TemplateNode TemplateEvaluator::attribute(const std::string& path, SourcePosition at) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == path.size()) {
    return error(at, fmt::format("expected \"Resource.Attribute\", got \"{}\"", path));
  }
  const std::string id = path.substr(0, dot);
  if (references_ != nullptr && references_->has_resource(id)) {
    return references_->attribute(id, path.substr(dot + 1), at);
  }
  const std::vector<std::string> ids =
      references_ != nullptr ? references_->resource_ids() : std::vector<std::string>();
  return error(at, fmt::format("expected the name of a resource before the dot, got \"{}\"{}", path,
                               suggestion(id, ids)));
}

TemplateNode TemplateEvaluator::get_att(const TemplateNode& argument) {
  if (argument.is_unknown()) return argument;
  if (argument.is_scalar()) return attribute(argument.text, argument.at);
  const TemplateNode* list = list_of(argument, 2, 2, "Fn::GetAtt: [resource, attribute]");
  if (list == nullptr) return TemplateNode::unknown(argument.at);
  if (!list->items[0].is_scalar()) {
    return error(list->items[0].at,
                 fmt::format("expected the name of a resource, got {}", list->items[0].describe()));
  }
  const std::string name = text(list->items[1], "Fn::GetAtt");
  if (name.empty()) return TemplateNode::unknown(argument.at);
  return attribute(list->items[0].text + "." + name, list->items[0].at);
}

}  // namespace beckon::emulator
