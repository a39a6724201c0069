// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/base/bytes.h"
#include "emulator/template/scalars.h"

namespace beckon::emulator {
namespace {

std::string_view expectation(PropertyKind kind) {
  switch (kind) {
    case PropertyKind::kText: return "a text";
    case PropertyKind::kInteger: return "a whole number";
    case PropertyKind::kNumber: return "a number";
    case PropertyKind::kBoolean: return "true or false";
    case PropertyKind::kTexts: return "a list of texts";
    case PropertyKind::kObject: return "a mapping";
    case PropertyKind::kObjects: return "a list of mappings";
    case PropertyKind::kAny: return "a value";
  }
  return "a value";
}

bool has_kind(const TemplateNode& node, PropertyKind kind) {
  const auto all = [&](auto&& accepts) {
    return node.is_sequence() && std::ranges::all_of(node.items, [&](const TemplateNode& item) {
             return item.is_unknown() || accepts(item);
           });
  };
  switch (kind) {
    case PropertyKind::kText: return node.is_scalar();
    case PropertyKind::kInteger:
      return node.is_scalar() && base::parse_int64(node.text).has_value();
    case PropertyKind::kNumber: return node.is_scalar() && is_json_number(node.text);
    case PropertyKind::kBoolean: return node.is_scalar() && read_boolean(node.text).has_value();
    case PropertyKind::kTexts:
      return all([](const TemplateNode& item) { return item.is_scalar(); });
    case PropertyKind::kObject: return node.is_mapping();
    case PropertyKind::kObjects:
      return all([](const TemplateNode& item) { return item.is_mapping(); });
    case PropertyKind::kAny: return true;
  }
  return true;
}

struct WithoutEffect {
  std::string_view type;  // a prefix if it ends with ':'
  std::string_view name_property;
};

constexpr std::array kWithoutEffect = {
    WithoutEffect{"AWS::IAM::Role", "RoleName"},
    WithoutEffect{"AWS::IAM::", ""},
    WithoutEffect{"AWS::Logs::LogGroup", "LogGroupName"},
    WithoutEffect{"AWS::Logs::", ""},
    WithoutEffect{"AWS::CloudWatch::Alarm", "AlarmName"},
    WithoutEffect{"AWS::CloudWatch::Dashboard", "DashboardName"},
    WithoutEffect{"AWS::CloudWatch::", ""},
    WithoutEffect{"AWS::SQS::QueuePolicy", ""},
    WithoutEffect{"AWS::Events::EventBusPolicy", ""},
    WithoutEffect{"AWS::ApiGateway::Account", ""},
    WithoutEffect{"AWS::ApplicationAutoScaling::", ""},
    WithoutEffect{"AWS::ResourceGroups::Group", "Name"},
    WithoutEffect{"AWS::CloudFormation::WaitConditionHandle", ""},
    WithoutEffect{"AWS::CDK::Metadata", ""},
};

const WithoutEffect* find_without_effect(std::string_view type) {
  for (const WithoutEffect& entry : kWithoutEffect) {
    if (entry.type.ends_with(':') ? type.starts_with(entry.type) : type == entry.type)
      return &entry;
  }
  return nullptr;
}

}  // namespace

bool is_without_effect(std::string_view type) {
  return find_without_effect(type) != nullptr;
}

std::string_view name_property_without_effect(std::string_view type) {
  const WithoutEffect* entry = find_without_effect(type);
  return entry == nullptr ? "" : entry->name_property;
}

void check_properties(const TemplateNode& properties, const std::vector<PropertySchema>& schema,
                      SourcePosition at, const std::string& where, TemplateErrors& errors,
                      std::vector<std::string>& notes) {
  std::vector<std::string> known;
  for (const PropertySchema& property : schema) known.push_back(property.name);
  for (const TemplateMember& member : properties.members) {
    const auto property = std::ranges::find(schema, member.key, &PropertySchema::name);
    if (property == schema.end()) {
      errors.add(member.key_at, fmt::format("{}: unknown property \"{}\"{}", where, member.key,
                                            suggestion(member.key, known)));
      continue;
    }
    const TemplateNode& value = member.value;
    if (value.is_unknown()) continue;
    if (!has_kind(value, property->kind)) {
      errors.add(value.at, fmt::format("{}: {}: expected {}, got {}", where, member.key,
                                       expectation(property->kind), value.describe()));
      continue;
    }
    if (property->noted) {
      notes.push_back(fmt::format("{}: {} has no effect in beckon-emulator", where, member.key));
    }
    if (property->members.empty()) continue;
    const std::string inner = fmt::format("{}: {}", where, member.key);
    if (value.is_mapping()) {
      check_properties(value, property->members, value.at, inner, errors, notes);
    }
    for (const TemplateNode& item : value.items) {
      if (item.is_mapping()) {
        check_properties(item, property->members, item.at, inner, errors, notes);
      }
    }
  }
  for (const PropertySchema& property : schema) {
    if (property.needed && properties.find(property.name) == nullptr) {
      errors.add(at, fmt::format("{}: the property {} is required ({})", where, property.name,
                                 expectation(property.kind)));
    }
  }
}

}  // namespace beckon::emulator
