// SPDX-License-Identifier: Apache-2.0
// AWS::Events::EventBus and Rule.
#include <fmt/format.h>

#include <algorithm>

#include "emulator/template/build.h"
#include "emulator/template/scalars.h"

namespace beckon::emulator {
namespace {

RuleTargetModel read_target(const BuildContext& context, const PropertyReader& reader) {
  RuleTargetModel target;
  target.id = reader.text("Id");
  const std::string arn = reader.text("Arn");
  target.function = arn.starts_with("arn:") ? function_of_arn(arn) : "";
  if (!arn.empty() && target.function.empty()) {
    reader.error("Arn", fmt::format("expected the ARN of a Lambda function (beckon-emulator has no "
                                    "other targets), got \"{}\"",
                                    arn));
  } else if (!target.function.empty() && !context.model.functions.contains(target.function)) {
    not_in_template(context, reader, "Arn",
                    fmt::format("expected a function of this template, got \"{}\"", arn));
  }
  for (const char* name : {"Input", "InputPath", "InputTransformer"}) {
    if (reader.has(name)) {
      reader.error(name, "beckon-emulator gives targets the whole event and does not transform it");
    }
  }
  target.dead_letter_queue = dead_letter_queue(context, reader.object("DeadLetterConfig"), "Arn");
  const PropertyReader retry = reader.object("RetryPolicy");
  target.retries_max = static_cast<int>(retry.integer("MaximumRetryAttempts", 185, 0, 185));
  target.age_max =
      std::chrono::seconds(retry.integer("MaximumEventAgeInSeconds", 86'400, 60, 86'400));
  return target;
}

std::string read_bus(const BuildContext& context, const PropertyReader& reader) {
  std::string bus = reader.text("EventBusName", "default");
  bus.erase(0, bus.rfind('/') + 1);  // of an ARN, the name
  if (bus != "default" &&
      std::ranges::find(context.model.buses, bus) == context.model.buses.end() &&
      !(reader.find("EventBusName")->is_unknown())) {
    not_in_template(context, reader, "EventBusName",
                    fmt::format("expected \"default\" or a bus of this template ({}), got "
                                "\"{}\"",
                                listed(context.model.buses), bus));
  }
  return bus;
}

}  // namespace

void build_rules(const BuildContext& context) {
  for (const TemplateResource* resource : context.resources.of_type("AWS::Events::EventBus")) {
    const PropertyReader reader(*resource, context.errors);
    if (resource->physical_name == "default" ||
        std::ranges::find(context.model.buses, resource->physical_name) !=
            context.model.buses.end()) {
      reader.error("Name", fmt::format("expected a name of its own, \"{}\" is taken",
                                       resource->physical_name));
      continue;
    }
    context.model.buses.push_back(resource->physical_name);
  }
  for (const TemplateResource* resource : context.resources.of_type("AWS::Events::Rule")) {
    const PropertyReader reader(*resource, context.errors);
    RuleModel rule;
    rule.name = resource->physical_name;
    rule.bus = read_bus(context, reader);
    rule.enabled = reader.one_of("State", {"ENABLED", "DISABLED"}) == "ENABLED";
    if (reader.has("ScheduleExpression")) {
      reader.error("ScheduleExpression", "beckon-emulator runs no schedules");
    }
    const TemplateNode* pattern = reader.find("EventPattern");
    if (pattern == nullptr) {
      if (!reader.has("ScheduleExpression")) reader.error("EventPattern", "is required");
    } else if (pattern->is_scalar()) {
      rule.pattern = pattern->text;
    } else if (pattern->is_mapping()) {
      rule.pattern = to_json(*pattern);
    } else if (!pattern->is_unknown()) {
      reader.error("EventPattern", fmt::format("expected a mapping, got {}", pattern->describe()));
    }
    for (const PropertyReader& target : reader.objects("Targets")) {
      rule.targets.push_back(read_target(context, target));
    }
    context.model.rules.push_back(std::move(rule));
  }
}

}  // namespace beckon::emulator
