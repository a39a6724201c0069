// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <regex>

namespace beckon::emulator {
namespace {

const std::vector<std::string> kMembers = {
    "Type",       "Default",   "AllowedValues", "AllowedPattern", "ConstraintDescription",
    "MinLength",  "MaxLength", "MinValue",      "MaxValue",       "NoEcho",
    "Description"};

std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

bool is_list_type(std::string_view type) {
  return type == "CommaDelimitedList" || type.starts_with("List<");
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::size_t from = 0;
  while (!text.empty()) {
    const std::size_t comma = text.find(',', from);
    std::string item = text.substr(from, comma - from);
    item.erase(0, item.find_first_not_of(' '));
    item.erase(item.find_last_not_of(' ') + 1);
    items.push_back(std::move(item));
    if (comma == std::string::npos) break;
    from = comma + 1;
  }
  return items;
}

// One parameter's declaration and the checks that it asks for.
class Declaration {
 public:
  Declaration(const TemplateMember& member, TemplateErrors& errors)
      : name_(member.key), node_(member.value), errors_(errors) {}

  // False after an error.
  bool read();
  const TemplateNode* default_value() const { return node_.find("Default"); }
  // at: where the value stands, or {} if it came from outside.
  bool allows(const std::string& value, SourcePosition at);
  TemplateNode to_node(const std::string& value) const;
  std::string allowed_hint() const;

 private:
  bool fail(SourcePosition at, std::string message) {
    errors_.add(at, std::move(message));
    return false;
  }
  bool allows_item(const std::string& value, SourcePosition at);
  bool within(const char* least, const char* most, double measured, std::string_view what,
              SourcePosition at);

  const std::string& name_;
  const TemplateNode& node_;
  TemplateErrors& errors_;
  std::string type_;
};

bool Declaration::read() {
  if (!node_.is_mapping()) {
    return fail(node_.at, fmt::format("parameter {}: expected a mapping with Type, got {}", name_,
                                      node_.describe()));
  }
  bool good = true;
  for (const TemplateMember& member : node_.members) {
    if (std::ranges::find(kMembers, member.key) == kMembers.end()) {
      good = fail(member.key_at, fmt::format("parameter {}: unknown member \"{}\"{}", name_,
                                             member.key, suggestion(member.key, kMembers)));
    }
  }
  const TemplateNode* type = node_.find("Type");
  if (type == nullptr || !type->is_scalar()) {
    return fail(
        type != nullptr ? type->at : node_.at,
        fmt::format("parameter {}: expected a Type (String, Number, CommaDelimitedList)", name_));
  }
  type_ = type->text;
  if (type_.starts_with("AWS::SSM::")) {
    return fail(type->at,
                fmt::format("parameter {}: beckon-emulator does not read parameters of type "
                            "{}: use String",
                            name_, type_));
  }
  if (type_ != "String" && type_ != "Number" && !is_list_type(type_) &&
      !type_.starts_with("AWS::")) {
    return fail(type->at,
                fmt::format("parameter {}: expected Type String, Number, CommaDelimitedList, "
                            "List<Number> or an AWS type, got \"{}\"",
                            name_, type_));
  }
  return good;
}

std::string Declaration::allowed_hint() const {
  const TemplateNode* allowed = node_.find("AllowedValues");
  if (allowed == nullptr || !allowed->is_sequence()) return "";
  std::vector<std::string> values;
  for (const TemplateNode& item : allowed->items) values.push_back(item.text);
  return fmt::format(" (allowed: {})", fmt::join(values, ", "));
}

bool Declaration::within(const char* least, const char* most, double measured,
                         std::string_view what, SourcePosition at) {
  for (const char* bound_name : {least, most}) {
    const TemplateNode* bound = node_.find(bound_name);
    if (bound == nullptr) continue;
    const std::optional<double> limit = number_of(bound->text);
    if (!limit) {
      return fail(bound->at, fmt::format("parameter {}: expected a number as {}, got {}", name_,
                                         bound_name, bound->describe()));
    }
    if (bound_name == least ? measured < *limit : measured > *limit) {
      return fail(at, fmt::format("parameter {}: expected {} {} {}, got {}", name_, what,
                                  bound_name == least ? "of at least" : "of at most", bound->text,
                                  measured));
    }
  }
  return true;
}

bool Declaration::allows_item(const std::string& value, SourcePosition at) {
  if (type_ == "Number" || type_ == "List<Number>") {
    const std::optional<double> number = number_of(value);
    if (!number) {
      return fail(at, fmt::format("parameter {}: expected a number, got \"{}\"", name_, value));
    }
    if (!within("MinValue", "MaxValue", *number, "a value", at)) return false;
  } else if (!within("MinLength", "MaxLength", static_cast<double>(value.size()), "a length", at)) {
    return false;
  }
  const TemplateNode* allowed = node_.find("AllowedValues");
  if (allowed != nullptr && std::ranges::none_of(allowed->items, [&](const TemplateNode& item) {
        return item.text == value;
      })) {
    return fail(at,
                fmt::format("parameter {}: \"{}\" is not allowed{}", name_, value, allowed_hint()));
  }
  const TemplateNode* pattern = node_.find("AllowedPattern");
  if (pattern == nullptr) return true;
  try {
    const std::regex allowed_pattern(pattern->text);  // lint-allow(banned-calls): it is one
    if (std::regex_match(value, allowed_pattern)) return true;
  } catch (const std::regex_error&) {
    return fail(pattern->at,
                fmt::format("parameter {}: AllowedPattern is not a regular expression: {}", name_,
                            pattern->describe()));
  }
  const TemplateNode* description = node_.find("ConstraintDescription");
  return fail(at,
              fmt::format("parameter {}: \"{}\" does not match {}{}", name_, value, pattern->text,
                          description != nullptr ? ": " + description->text : ""));
}

bool Declaration::allows(const std::string& value, SourcePosition at) {
  if (!is_list_type(type_)) return allows_item(value, at);
  bool good = true;
  for (const std::string& item : split_list(value)) good = allows_item(item, at) && good;
  return good;
}

TemplateNode Declaration::to_node(const std::string& value) const {
  if (!is_list_type(type_)) return TemplateNode::scalar(value, node_.at);
  TemplateNode list;
  list.kind = TemplateNode::Kind::kSequence;
  list.at = node_.at;
  for (std::string& item : split_list(value)) {
    list.items.push_back(TemplateNode::scalar(std::move(item), node_.at));
  }
  return list;
}

void read_one(const TemplateMember& member, const std::map<std::string, std::string>& given,
              TemplateErrors& errors, ParameterValues& out) {
  out.nodes[member.key] = TemplateNode::unknown(member.key_at);
  Declaration declaration(member, errors);
  if (!declaration.read()) return;
  const TemplateNode* preset = declaration.default_value();
  if (preset != nullptr && preset->kind != TemplateNode::Kind::kScalar) {
    errors.add(preset->at, fmt::format("parameter {}: expected a text or number as Default, got {}",
                                       member.key, preset->describe()));
    return;
  }
  std::string value;
  SourcePosition at;
  if (const auto found = given.find(member.key); found != given.end()) {
    value = found->second;
  } else if (preset != nullptr) {
    value = preset->text;
    at = preset->at;
  } else {
    errors.add(member.key_at, fmt::format("parameter {0} has no Default: give it a value with "
                                          "--parameter {0}=VALUE{1}",
                                          member.key, declaration.allowed_hint()));
    return;
  }
  if (!declaration.allows(value, at)) return;
  out.nodes[member.key] = declaration.to_node(value);
  out.texts[member.key] = value;
}

}  // namespace

ParameterValues read_parameters(const TemplateNode* section,
                                const std::map<std::string, std::string>& given,
                                TemplateErrors& errors) {
  ParameterValues values;
  std::vector<std::string> known;
  if (section != nullptr) {
    for (const TemplateMember& member : section->members) {
      known.push_back(member.key);
      read_one(member, given, errors, values);
    }
  }
  for (const auto& [name, value] : given) {
    if (std::ranges::find(known, name) != known.end()) continue;
    errors.add({}, fmt::format("the template has no parameter \"{}\"{}; it has {}", name,
                               suggestion(name, known), listed(known)));
  }
  return values;
}

}  // namespace beckon::emulator
