// SPDX-License-Identifier: Apache-2.0
// AWS::Lambda::Function, EventInvokeConfig and Permission.
#include <fmt/format.h>

#include <filesystem>

#include "emulator/template/build.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kEnvironmentBytesMax = 4096;  // Lambda's quota for all variables together

std::string code_folder(const BuildContext& context, const PropertyReader& reader) {
  const TemplateNode* code = reader.find("Code");
  if (code == nullptr || code->is_unknown()) return "";
  if (code->is_mapping()) {
    const char* form = code->find("ZipFile") != nullptr    ? "inline code (ZipFile)"
                       : code->find("ImageUri") != nullptr ? "container images (ImageUri)"
                                                           : "code in S3 (S3Bucket)";
    reader.error("Code", fmt::format("beckon-emulator runs no {}: give the local folder that holds "
                                     "bootstrap, as before `aws cloudformation package`",
                                     form));
    return "";
  }
  if (!code->is_scalar() || code->text.empty()) {
    reader.error("Code", fmt::format("expected a folder, got {}", code->describe()));
    return "";
  }
  if (code->text.ends_with(".zip") || code->text.starts_with("s3://")) {
    reader.error("Code", fmt::format("expected the local folder that holds bootstrap, got \"{}\"",
                                     code->text));
    return "";
  }
  const std::filesystem::path folder =
      std::filesystem::path(context.model.template_path).parent_path() / code->text;
  std::string normal = folder.lexically_normal().string();
  if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

void read_environment(const PropertyReader& reader, FunctionModel& function) {
  const PropertyReader environment = reader.object("Environment");
  const TemplateNode* variables = environment.find("Variables");
  if (variables == nullptr) return;
  std::size_t bytes = 0;
  for (const TemplateMember& variable : variables->members) {
    if (variable.value.is_unknown()) continue;
    if (variable.value.kind != TemplateNode::Kind::kScalar) {
      environment.error("Variables", fmt::format("{}: expected a text, got {}", variable.key,
                                                 variable.value.describe()));
      continue;
    }
    bytes += variable.key.size() + variable.value.text.size();
    function.environment[variable.key] = variable.value.is_null() ? "" : variable.value.text;
  }
  if (bytes > kEnvironmentBytesMax) {
    environment.error("Variables", fmt::format("expected at most {} bytes in all, got {}",
                                               kEnvironmentBytesMax, bytes));
  }
}

}  // namespace

void build_functions(const BuildContext& context) {
  for (const TemplateResource* resource : context.resources.of_type("AWS::Lambda::Function")) {
    const PropertyReader reader(*resource, context.errors);
    FunctionModel function;
    function.logical_id = resource->logical_id;
    function.name = resource->physical_name;
    if (reader.text("PackageType", "Zip") != "Zip") {
      reader.error("PackageType", "beckon-emulator runs no container images: expected Zip");
    }
    function.code_dir = code_folder(context, reader);
    for (const char* name : {"Runtime", "Handler"}) {
      if (!reader.has(name)) reader.error(name, "is required (for a local folder as Code)");
    }
    function.runtime = reader.one_of("Runtime", {"provided.al2023", "provided.al2", "provided"});
    function.handler = reader.text("Handler");
    function.timeout = std::chrono::seconds(reader.integer("Timeout", 3, 1, 900));
    function.memory_mb = static_cast<int>(reader.integer("MemorySize", 128, 128, 10240));
    if (reader.has("ReservedConcurrentExecutions")) {
      function.reserved_concurrency =
          static_cast<int>(reader.integer("ReservedConcurrentExecutions", 0, 0, 100'000));
    }
    read_environment(reader, function);
    function.async_dead_letter_queue =
        dead_letter_queue(context, reader.object("DeadLetterConfig"), "TargetArn");
    if (!context.model.functions.emplace(function.name, function).second) {
      reader.error("FunctionName",
                   fmt::format("expected a name of its own, \"{}\" is taken", function.name));
    }
  }
}

void build_invoke_configs(const BuildContext& context) {
  for (const TemplateResource* resource :
       context.resources.of_type("AWS::Lambda::EventInvokeConfig")) {
    const PropertyReader reader(*resource, context.errors);
    const std::string name = function_of_arn(reader.text("FunctionName"));
    const auto function = context.model.functions.find(name);
    if (function == context.model.functions.end()) {
      if (!name.empty()) {
        not_in_template(context, reader, "FunctionName",
                        fmt::format("expected a function of this template, got \"{}\"", name));
      }
      continue;
    }
    reader.one_of("Qualifier", {"$LATEST"});
    FunctionModel& model = function->second;
    model.async_retries_max = static_cast<int>(reader.integer("MaximumRetryAttempts", 2, 0, 2));
    model.async_age_max =
        std::chrono::seconds(reader.integer("MaximumEventAgeInSeconds", 21600, 60, 21600));
    const PropertyReader destinations = reader.object("DestinationConfig");
    model.async_on_failure_queue =
        dead_letter_queue(context, destinations.object("OnFailure"), "Destination");
    if (destinations.has("OnSuccess")) {
      destinations.error("OnSuccess",
                         "beckon-emulator does not implement destinations for success");
    }
  }
}

namespace {

bool is_allowed(const BuildContext& context, const std::string& function,
                std::string_view principal) {
  for (const TemplateResource* resource : context.resources.of_type("AWS::Lambda::Permission")) {
    const PropertyReader reader(*resource, context.errors);
    if (function_of_arn(reader.text("FunctionName")) == function &&
        (reader.text("Principal") == principal || reader.text("Principal") == "*")) {
      return true;
    }
  }
  return false;
}

void note_if_refused(const BuildContext& context, const std::string& function,
                     std::string_view principal, std::string_view trigger,
                     std::string_view effect) {
  if (function.empty() || is_allowed(context, function, principal)) return;
  context.model.notes.push_back(
      fmt::format("{}: no AWS::Lambda::Permission lets {} invoke {}: on AWS {}", trigger, principal,
                  function, effect));
}

}  // namespace

void check_permissions(const BuildContext& context) {
  constexpr std::string_view kGateway = "apigateway.amazonaws.com";
  if (context.model.api) {
    for (const auto& [key, route] : context.model.api->routes) {
      note_if_refused(context, route.function, kGateway, "route " + key,
                      "this route answers \"Internal server error\"");
    }
    for (const auto& [id, authorizer] : context.model.api->authorizers) {
      note_if_refused(context, authorizer.function, kGateway, "authorizer " + id,
                      "every connection is refused with 500");
    }
  }
  for (const RuleModel& rule : context.model.rules) {
    for (const RuleTargetModel& target : rule.targets) {
      note_if_refused(context, target.function, "events.amazonaws.com", "rule " + rule.name,
                      "its events are not delivered");
    }
  }
}

}  // namespace beckon::emulator
