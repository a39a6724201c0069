// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace beckon::emulator {
namespace {

const std::vector<std::string> kMembers = {
    "Type",     "Properties",          "Condition",    "DependsOn",     "DeletionPolicy",
    "Metadata", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy"};

}  // namespace

ResourceTable::ResourceTable(const TemplateNode& section, const TemplateScope& scope,
                             TemplateErrors& errors)
    : scope_(scope), errors_(errors), evaluator_(scope, this, errors) {
  resources_.reserve(section.members.size());
  for (const TemplateMember& member : section.members) add(member);
}

void ResourceTable::add(const TemplateMember& member) {
  const TemplateNode& body = member.value;
  if (!body.is_mapping()) {
    if (!body.is_unknown()) {
      errors_.add(body.at, fmt::format("resource {}: expected a mapping with Type, got {}",
                                       member.key, body.describe()));
    }
    return add_unknown(member);
  }
  for (const TemplateMember& part : body.members) {
    if (std::ranges::find(kMembers, part.key) == kMembers.end()) {
      errors_.add(part.key_at, fmt::format("resource {}: unknown member \"{}\"{}", member.key,
                                           part.key, suggestion(part.key, kMembers)));
    }
  }
  const TemplateNode* condition = body.find("Condition");
  if (condition != nullptr && !evaluator_.condition(condition->text, condition->at)) {
    absent_[member.key] = true;
    return;
  }
  TemplateResource resource;
  resource.logical_id = member.key;
  resource.at = member.key_at;
  resource.definition = &body;
  const TemplateNode* type = body.find("Type");
  if (type == nullptr || !type->is_scalar()) {
    errors_.add(member.key_at, fmt::format("resource {}: expected a Type", member.key));
    return add_unknown(member);
  }
  resource.type = type->text;
  resource.schema = find_schema(type->text);
  if (resource.schema == nullptr && !is_without_effect(type->text)) {
    errors_.add(type->at,
                fmt::format("resource {} has type {}, which beckon-emulator does not implement{}",
                            member.key, type->text, suggestion(type->text, modelled_types())));
    return add_unknown(member);
  }
  resources_.push_back(std::move(resource));
}

void ResourceTable::add_unknown(const TemplateMember& member) {
  TemplateResource resource;
  resource.logical_id = member.key;
  resource.at = member.key_at;
  resource.definition = &member.value;
  resource.properties = TemplateNode::unknown(member.key_at);
  resource.state = TemplateResource::State::kDone;
  resources_.push_back(std::move(resource));
  all_known_ = false;
}

TemplateResource* ResourceTable::find(std::string_view logical_id) {
  const auto found = std::ranges::find(resources_, logical_id, &TemplateResource::logical_id);
  return found == resources_.end() ? nullptr : &*found;
}

bool ResourceTable::has_resource(std::string_view logical_id) const {
  return absent_.contains(logical_id) ||
         std::ranges::find(resources_, logical_id, &TemplateResource::logical_id) !=
             resources_.end();
}

std::vector<std::string> ResourceTable::resource_ids() const {
  std::vector<std::string> ids;
  for (const TemplateResource& resource : resources_) ids.push_back(resource.logical_id);
  return ids;
}

TemplateResource* ResourceTable::use(const std::string& logical_id, SourcePosition at) {
  if (absent_.contains(logical_id)) {
    errors_.add(at, fmt::format("resource {} does not exist: its Condition is false", logical_id));
    return nullptr;
  }
  TemplateResource* resource = find(logical_id);
  if (resource == nullptr) return nullptr;
  if (resource->state == TemplateResource::State::kOpen) {
    auto from = std::ranges::find(open_, logical_id);
    std::vector<std::string> chain(from, open_.end());
    chain.push_back(logical_id);
    errors_.add(
        at, fmt::format("resources depend on each other in a circle: {}", fmt::join(chain, " → ")));
    return nullptr;
  }
  if (resource->state == TemplateResource::State::kUntouched) evaluate(*resource);
  return resource;
}

TemplateNode ResourceTable::reference(const std::string& logical_id, SourcePosition at) {
  const TemplateResource* resource = use(logical_id, at);
  if (resource == nullptr || resource->type.empty()) return TemplateNode::unknown(at);
  return TemplateNode::scalar(reference_value(*resource, scope_), at);
}

TemplateNode ResourceTable::attribute(const std::string& logical_id, const std::string& name,
                                      SourcePosition at) {
  const TemplateResource* resource = use(logical_id, at);
  if (resource == nullptr || resource->type.empty()) return TemplateNode::unknown(at);
  if (resource->schema != nullptr) {
    const std::vector<std::string>& known = resource->schema->attributes;
    if (std::ranges::find(known, name) == known.end()) {
      errors_.add(
          at,
          fmt::format("expected an attribute of {} ({}) that beckon-emulator knows ({}), "
                      "got \"{}\"{}",
                      logical_id, resource->type, listed(known), name, suggestion(name, known)));
      return TemplateNode::unknown(at);
    }
  }
  return TemplateNode::scalar(attribute_value(*resource, name, scope_), at);
}

void ResourceTable::check_depends_on(const TemplateResource& resource) {
  const TemplateNode* depends_on = resource.definition->find("DependsOn");
  if (depends_on == nullptr) return;
  std::vector<const TemplateNode*> names;
  if (depends_on->is_scalar()) names.push_back(depends_on);
  for (const TemplateNode& item : depends_on->items) names.push_back(&item);
  for (const TemplateNode* name : names) {
    if (!has_resource(name->text)) {
      errors_.add(
          name->at,
          fmt::format("resource {}: DependsOn: expected the name of a resource, got "
                      "\"{}\"{}",
                      resource.logical_id, name->text, suggestion(name->text, resource_ids())));
    } else if (!absent_.contains(name->text)) {
      use(name->text, name->at);
    }
  }
}

void ResourceTable::name_it(TemplateResource& resource) {
  const std::string_view property = resource.schema != nullptr
                                        ? std::string_view(resource.schema->name_property)
                                        : name_property_without_effect(resource.type);
  const TemplateNode* name = property.empty() ? nullptr : resource.properties.find(property);
  if (name != nullptr && name->is_scalar()) {
    resource.physical_name = name->text;
  } else if (resource.type.starts_with("AWS::ApiGatewayV2::")) {
    const std::size_t length = resource.type == "AWS::ApiGatewayV2::Api" ? 10 : 7;
    resource.physical_name = derived_id(scope_.stack_name, resource.logical_id, length);
  } else {
    resource.physical_name = fmt::format("{}-{}", scope_.stack_name, resource.logical_id);
  }
}

void ResourceTable::evaluate(TemplateResource& resource) {
  resource.state = TemplateResource::State::kOpen;
  open_.push_back(resource.logical_id);
  check_depends_on(resource);
  const TemplateNode* written = resource.definition->find("Properties");
  if (written != nullptr) {
    if (auto value = evaluator_.evaluate(*written)) resource.properties = std::move(*value);
  }
  if (!resource.properties.is_mapping()) {
    if (written != nullptr && !resource.properties.is_unknown()) {
      errors_.add(written->at, fmt::format("resource {}: expected a mapping as Properties, got {}",
                                           resource.logical_id, resource.properties.describe()));
    }
    resource.properties = TemplateNode();
    resource.properties.kind = TemplateNode::Kind::kMapping;
    resource.properties.at = resource.at;
  }
  name_it(resource);
  open_.pop_back();
  resource.state = TemplateResource::State::kDone;
}

void ResourceTable::evaluate_all(std::vector<std::string>& notes) {
  std::map<std::string, int> without_effect;
  for (TemplateResource& resource : resources_) {
    if (resource.state == TemplateResource::State::kUntouched) evaluate(resource);
    if (resource.schema != nullptr) {
      check_properties(resource.properties, resource.schema->properties, resource.at,
                       "resource " + resource.logical_id, errors_, notes);
    } else if (!resource.type.empty()) {
      ++without_effect[resource.type];
    }
  }
  for (const auto& [type, count] : without_effect) {
    notes.push_back(fmt::format("{} ({}): known, without effect in beckon-emulator", type, count));
  }
}

std::vector<const TemplateResource*> ResourceTable::of_type(std::string_view type) const {
  std::vector<const TemplateResource*> found;
  for (const TemplateResource& resource : resources_) {
    if (resource.type == type) found.push_back(&resource);
  }
  return found;
}

}  // namespace beckon::emulator
