// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "emulator/template/build.h"
#include "emulator/template/diagnostics.h"
#include "emulator/template/evaluate.h"
#include "emulator/template/parameters.h"
#include "emulator/template/resources.h"
#include "emulator/template/yaml.h"

namespace beckon::emulator {
namespace {

const std::vector<std::string> kSections = {"AWSTemplateFormatVersion",
                                            "Description",
                                            "Metadata",
                                            "Parameters",
                                            "Rules",
                                            "Mappings",
                                            "Conditions",
                                            "Resources",
                                            "Outputs",
                                            "Transform"};

base::Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  std::string text;
  if (file != nullptr) {
    char buffer[65536];
    std::size_t got = 0;
    while ((got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0) {
      text.append(buffer, got);
      if (text.size() > kTemplateBytesMax) break;
    }
    if (std::ferror(file.get()) == 0) return text;
  }
  return base::fail(base::ErrorCode::kIo,
                    fmt::format("cannot read the template {}: {}", path, std::strerror(errno)));
}

// A section if it is there and a mapping; a null section is an empty one.
const TemplateNode* section(const TemplateNode& root, const char* name, TemplateErrors& errors) {
  const TemplateNode* node = root.find(name);
  if (node == nullptr || node->is_null() || node->is_unknown()) return nullptr;
  if (node->is_mapping()) return node;
  errors.add(node->at, fmt::format("{}: expected a mapping, got {}", name, node->describe()));
  return nullptr;
}

void check_sections(const TemplateNode& root, TemplateErrors& errors) {
  for (const TemplateMember& member : root.members) {
    if (std::ranges::find(kSections, member.key) == kSections.end()) {
      errors.add(member.key_at, fmt::format("expected a section of a CloudFormation template, got "
                                            "\"{}\"{}",
                                            member.key, suggestion(member.key, kSections)));
    }
  }
  if (const TemplateNode* transform = root.find("Transform")) {
    errors.add(transform->at,
               "beckon-emulator reads plain CloudFormation and runs no Transform: "
               "expand the template first (for SAM: sam build, then sam package)");
  }
  const TemplateNode* version = root.find("AWSTemplateFormatVersion");
  if (version != nullptr && version->text != "2010-09-09") {
    errors.add(version->at, fmt::format("AWSTemplateFormatVersion: expected \"2010-09-09\", got {}",
                                        version->describe()));
  }
}

void read_outputs(const TemplateNode* outputs, TemplateEvaluator& evaluator, TemplateErrors& errors,
                  AppModel& model) {
  if (outputs == nullptr) return;
  for (const TemplateMember& output : outputs->members) {
    const TemplateNode* value = output.value.find("Value");
    if (value == nullptr) {
      errors.add(output.key_at, fmt::format("output {}: expected a Value", output.key));
      continue;
    }
    const TemplateNode* condition = output.value.find("Condition");
    if (condition != nullptr && !evaluator.condition(condition->text, condition->at)) continue;
    model.outputs[output.key] = evaluator.text(*value, "output " + output.key);
  }
}

void read_template(const TemplateNode& root, const TemplateOptions& options, TemplateErrors& errors,
                   AppModel& model) {
  check_sections(root, errors);
  ParameterValues parameters =
      read_parameters(section(root, "Parameters", errors), options.parameters, errors);
  model.parameters = std::move(parameters.texts);
  TemplateScope scope{options.stack_name,
                      options.region,
                      options.account,
                      std::move(parameters.nodes),
                      section(root, "Mappings", errors),
                      section(root, "Conditions", errors)};
  const TemplateNode* resources = section(root, "Resources", errors);
  if (resources == nullptr) {
    errors.add(root.at, "expected a section Resources");
    return;
  }
  ResourceTable table(*resources, scope, errors);
  if (scope.conditions != nullptr) {
    for (const TemplateMember& condition : scope.conditions->members) {
      table.evaluator().condition(condition.key, condition.key_at);
    }
  }
  table.evaluate_all(model.notes);
  read_outputs(section(root, "Outputs", errors), table.evaluator(), errors, model);
  build_model(BuildContext{table, scope, errors, model});
}

}  // namespace

base::Result<AppModel> load_template_text(std::string_view text, const TemplateOptions& options) {
  TemplateErrors errors(options.path);
  AppModel model;
  std::error_code ignored;
  model.template_path =
      std::filesystem::absolute(options.path, ignored).lexically_normal().string();
  model.stack_name = options.stack_name;
  model.region = options.region;
  model.account = options.account;
  const TemplateNode root = parse_yaml(text, errors);
  if (root.is_mapping()) {
    read_template(root, options, errors, model);
  } else if (errors.empty()) {
    errors.add(root.at,
               fmt::format("expected a CloudFormation template (a mapping with Resources), "
                           "got {}",
                           root.is_unknown() ? "an empty file" : root.describe()));
  }
  if (!errors.empty()) return std::unexpected(errors.to_error());
  return model;
}

base::Result<AppModel> load_template(const TemplateOptions& options) {
  const base::Result<std::string> text = read_file(options.path);
  if (!text) return std::unexpected(text.error());
  return load_template_text(*text, options);
}

}  // namespace beckon::emulator
