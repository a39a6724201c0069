// SPDX-License-Identifier: Apache-2.0
// CloudFormation's intrinsic functions. It decides what Ref, Fn::Sub, Fn::If and the others give;
// what a resource's Ref or attribute is, it asks ResourceReferences.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/template/diagnostics.h"
#include "emulator/template/node.h"

namespace beckon::emulator {

// Where a resource's own values come from. Each answers with an unknown node after it has reported
// an error at `at`.
class ResourceReferences {
 public:
  virtual bool has_resource(std::string_view logical_id) const = 0;
  virtual TemplateNode reference(const std::string& logical_id, SourcePosition at) = 0;
  virtual TemplateNode attribute(const std::string& logical_id, const std::string& name,
                                 SourcePosition at) = 0;
  virtual std::vector<std::string> resource_ids() const = 0;

 protected:
  ~ResourceReferences() = default;
};

struct TemplateScope {
  std::string stack_name;
  std::string region;
  std::string account;
  std::map<std::string, TemplateNode> parameters;  // scalars or lists; unknown after an error
  const TemplateNode* mappings = nullptr;          // the sections, or nullptr
  const TemplateNode* conditions = nullptr;
};

class TemplateEvaluator {
 public:
  // references may be null: then nothing may refer to a resource (Conditions, Rules).
  TemplateEvaluator(const TemplateScope& scope, ResourceReferences* references,
                    TemplateErrors& errors)
      : scope_(scope), references_(references), errors_(errors) {}

  // The value with every intrinsic replaced by its result; positions are those of the text.
  // Nothing for AWS::NoValue (and so the member or item falls away).
  std::optional<TemplateNode> evaluate(const TemplateNode& node);

  // The named condition. After an error: true, so that what depends on it is checked as well.
  bool condition(const std::string& name, SourcePosition at);

  // A scalar result, as text; "" after an error.
  std::string text(const TemplateNode& node, std::string_view what);
  // The same; nothing after an error.
  std::optional<std::string> known_text(const TemplateNode& node, std::string_view what);

 private:
  std::optional<TemplateNode> evaluate_members(const TemplateNode& node);
  std::optional<TemplateNode> call(const std::string& name, const TemplateNode& argument);
  TemplateNode ref(const TemplateNode& argument);
  std::optional<TemplateNode> named_value(const std::string& name, SourcePosition at);
  TemplateNode get_att(const TemplateNode& argument);
  TemplateNode attribute(const std::string& path, SourcePosition at);
  TemplateNode sub(const TemplateNode& argument);
  // Nothing if a part of it is unknown.
  std::optional<std::string> substitute(std::string_view text,
                                        const std::map<std::string, std::string>& variables,
                                        SourcePosition at);
  TemplateNode join(const TemplateNode& argument);
  TemplateNode select(const TemplateNode& argument);
  TemplateNode split(const TemplateNode& argument);
  TemplateNode find_in_map(const TemplateNode& argument);
  TemplateNode base64(const TemplateNode& argument);
  std::optional<TemplateNode> choose(const TemplateNode& argument);

  // Boolean functions (conditions.cpp).
  bool is_true(const TemplateNode& node);
  bool equals(const TemplateNode& argument);
  bool all_or_any(const TemplateNode& argument, bool all, std::string_view name);

  // The argument if it is a list of so many items; otherwise reports and gives nullptr.
  const TemplateNode* list_of(const TemplateNode& argument, std::size_t least, std::size_t most,
                              std::string_view form);
  TemplateNode error(SourcePosition at, std::string message);

  const TemplateScope& scope_;
  ResourceReferences* references_;
  TemplateErrors& errors_;
  std::map<std::string, bool> known_conditions_;
  std::set<std::string> open_conditions_;  // being evaluated: meeting one again is a cycle
};

}  // namespace beckon::emulator
