// SPDX-License-Identifier: Apache-2.0
// From evaluated resources to the AppModel. The folder's inner header: outside, use load.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/template/diagnostics.h"
#include "emulator/template/model.h"
#include "emulator/template/resources.h"

namespace beckon::emulator {

struct BuildContext {
  const ResourceTable& resources;
  const TemplateScope& scope;
  TemplateErrors& errors;
  AppModel& model;  // model.template_path is set
};

// Fills the model; what is wrong or unsupported goes to context.errors.
void build_model(const BuildContext& context);

// One per kind of resource, in the order in which they need each other.
void build_queues(const BuildContext& context);
void build_functions(const BuildContext& context);
void build_invoke_configs(const BuildContext& context);
void build_tables(const BuildContext& context);
void build_ssm_parameters(const BuildContext& context);
void build_rules(const BuildContext& context);
void build_api(const BuildContext& context);
// Notes for triggers that AWS would refuse to run: no AWS::Lambda::Permission allows them.
void check_permissions(const BuildContext& context);

// Reads properties whose kinds have been checked: of a missing or mistaken one, the fallback.
class PropertyReader {
 public:
  PropertyReader(const TemplateResource& resource, TemplateErrors& errors)
      : node_(&resource.properties), where_("resource " + resource.logical_id), errors_(&errors) {}

  bool has(std::string_view name) const { return node_->find(name) != nullptr; }
  std::string text(std::string_view name, std::string_view fallback = "") const;
  // Outside [least, most]: an error, and the fallback.
  std::int64_t integer(std::string_view name, std::int64_t fallback, std::int64_t least,
                       std::int64_t most) const;
  double number(std::string_view name, double fallback) const;
  bool boolean(std::string_view name, bool fallback) const;
  std::vector<std::string> texts(std::string_view name) const;
  // Members of an object; one without members if it is missing.
  PropertyReader object(std::string_view name) const;
  std::vector<PropertyReader> objects(std::string_view name) const;
  const TemplateNode& node() const { return *node_; }
  const TemplateNode* find(std::string_view name) const { return node_->find(name); }

  // The text if it is one of `allowed`; otherwise an error, and the first of them.
  std::string one_of(std::string_view name, const std::vector<std::string>& allowed) const;

  // "resource Foo: Name: message", at the property's value or, without it, at the object.
  void error(std::string_view name, std::string_view message) const;

 private:
  PropertyReader(const TemplateNode& node, std::string where, TemplateErrors* errors)
      : node_(&node), where_(std::move(where)), errors_(errors) {}

  const TemplateNode* node_;
  std::string where_;
  TemplateErrors* errors_;
};

// The name in an ARN of this service: "arn:aws:sqs:…:NAME", "arn:aws:lambda:…:function:NAME". For
// functions also a bare name. "" if it is something else.
std::string queue_of_arn(std::string_view arn);
std::string function_of_arn(std::string_view arn_or_name);
// The function in an integration's URI: "arn:aws:apigateway:…:path/…/functions/{arn}/invocations".
std::string function_of_uri(std::string_view uri);

// What the property names is nowhere in the template: an error, unless a resource that could not be
// read may be it. One mistake gives one message.
void not_in_template(const BuildContext& context, const PropertyReader& reader,
                     std::string_view property, std::string_view message);

// The queue that a dead-letter property names, if it is one of this template; else an error and "".
std::string dead_letter_queue(const BuildContext& context, const PropertyReader& reader,
                              std::string_view property);

}  // namespace beckon::emulator
