// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/event_bridge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/json/writer.h"

namespace beckon::emulator {
namespace {

AwsReply validation_error(std::string_view constraint) {
  return aws_error(400, "ValidationException",
                   fmt::format("1 validation error detected: {}", constraint));
}

AwsReply missing(std::string_view parameter) {
  return validation_error(fmt::format(
      "Value null at '{}' failed to satisfy constraint: Member must not be null", parameter));
}

// What is wrong with the request as a whole, before any entry is looked at.
std::optional<AwsReply> refuse_request(json::View entries) {
  if (!entries.exists() || entries.is_null()) return missing("entries");
  const auto wrong_type = [&](json::View value) {
    return aws_error(400, "SerializationException",
                     fmt::format("Entries must be a list of objects, got {}", value.type_name()));
  };
  if (!entries.is_array()) return wrong_type(entries);
  if (entries.size() == 0) {
    return validation_error(
        "Value '[]' at 'entries' failed to satisfy constraint: Member must have "
        "length greater than or equal to 1");
  }
  if (entries.size() > kPutEventsEntriesMax) {
    return validation_error(
        fmt::format("Value '[{} entries]' at 'entries' failed to satisfy constraint: "
                    "Member must have length less than or equal to {}",
                    entries.size(), kPutEventsEntriesMax));
  }
  std::size_t bytes = 0;
  for (const json::View entry : entries) {
    if (!entry.is_object()) return wrong_type(entry);
    bytes += entry_bytes(entry);
  }
  if (bytes > kPutEventsBytesMax) {
    return aws_error(400, "ValidationException",
                     "Total size of the entries in the request is over the limit.");
  }
  return std::nullopt;
}

AwsReply no_such_bus(std::string_view bus) {
  return aws_error(400, "ResourceNotFoundException",
                   fmt::format("Event bus {} does not exist.", bus));
}

}  // namespace

EventBridgeService::EventBridgeService(const EventBuses& buses, RuleDelivery& delivery,
                                       Scheduler& scheduler, EnvelopeContext context,
                                       std::function<std::string()> new_id, base::LogSink& log)
    : buses_(buses),
      delivery_(delivery),
      scheduler_(scheduler),
      context_(std::move(context)),
      new_id_(std::move(new_id)),
      log_(log, "events") {}

void EventBridgeService::handle(std::string_view operation, json::View input,
                                std::function<void(AwsReply)> done) {
  done(reply_to(operation, input));
}

AwsReply EventBridgeService::reply_to(std::string_view operation, json::View input) {
  if (operation == "PutEvents") return put_events(input);
  if (operation == "ListEventBuses") return list_buses(input);
  if (operation == "DescribeEventBus") return describe_bus(input);
  if (operation == "ListRules") return list_rules(input);
  if (operation == "DescribeRule") return describe_rule(input);
  if (operation == "ListTargetsByRule") return list_targets(input);
  if (operation == "TestEventPattern") return test_pattern(input);
  return aws_error(
      400, "UnknownOperationException",
      fmt::format("beckon-emulator does not implement EventBridge's {}: buses, rules and "
                  "targets are those of the template",
                  operation));
}

AwsReply EventBridgeService::put_events(json::View input) {
  const json::View entries = input["Entries"];
  if (auto refusal = refuse_request(entries)) return *refusal;
  std::vector<std::expected<PutEvent, EntryError>> results;
  std::vector<RuleEvent> deliveries;
  for (const json::View entry : entries) {
    results.push_back(read_entry(entry, new_id_(), scheduler_.wall_now(), context_));
    if (!results.back()) continue;
    const PutEvent& event = *results.back();
    if (!buses_.contains(event.bus)) {
      log_.warning(
          "event %s was put on the bus \"%s\", which does not exist: dropped, as EventBridge "
          "does without a word",
          event.id.c_str(), event.bus.c_str());
      continue;
    }
    std::vector<RuleEvent> routed =
        buses_.route(event.bus, event.flatten(context_), event.envelope);
    if (routed.empty()) {
      log_.info("event %s on bus %s matches no rule", event.id.c_str(), event.bus.c_str());
    }
    std::ranges::move(routed, std::back_inserter(deliveries));
  }
  const base::Status delivered = delivery_.deliver(std::move(deliveries));
  if (!delivered) log_.error("PutEvents: %s", delivered.error().message.c_str());
  std::int64_t failed_count = 0;
  json::Writer slots;
  slots.begin_array();
  for (const auto& result : results) {
    slots.begin_object();
    if (result && delivered) {
      slots.member("EventId", result->id);
    } else {
      ++failed_count;
      slots.member("ErrorCode", result ? "InternalFailure" : std::string_view(result.error().code))
          .member("ErrorMessage",
                  result ? "The event could not be stored: " + delivered.error().message
                         : result.error().message);
    }
    slots.end_object();
  }
  slots.end_array();
  json::Writer writer;
  writer.begin_object().member("FailedEntryCount", failed_count).key("Entries").raw(slots.text());
  return {.status = 200, .body = writer.end_object().take(), .headers = {}};
}

AwsReply EventBridgeService::list_buses(json::View input) const {
  const std::string_view prefix = input["NamePrefix"].string_or("");
  json::Writer writer;
  writer.begin_object().key("EventBuses").begin_array();
  for (const std::string& bus : buses_.names()) {
    if (!bus.starts_with(prefix)) continue;
    writer.begin_object().member("Name", bus).member("Arn", buses_.bus_arn(bus)).end_object();
  }
  return {.status = 200, .body = writer.end_array().end_object().take(), .headers = {}};
}

AwsReply EventBridgeService::describe_bus(json::View input) const {
  const std::string bus = bus_name(input["Name"]);
  if (!buses_.contains(bus)) return no_such_bus(bus);
  json::Writer writer;
  writer.begin_object().member("Name", bus).member("Arn", buses_.bus_arn(bus)).end_object();
  return {.status = 200, .body = writer.take(), .headers = {}};
}

namespace {

void write_rule(json::Writer& writer, const RuleModel& rule, const std::string& arn) {
  writer.begin_object()
      .member("Name", rule.name)
      .member("Arn", arn)
      .member("EventPattern", rule.pattern)
      .member("State", rule.enabled ? "ENABLED" : "DISABLED")
      .member("EventBusName", rule.bus)
      .end_object();
}

}  // namespace

AwsReply EventBridgeService::list_rules(json::View input) const {
  const std::string bus = bus_name(input["EventBusName"]);
  if (!buses_.contains(bus)) return no_such_bus(bus);
  const std::string_view prefix = input["NamePrefix"].string_or("");
  json::Writer writer;
  writer.begin_object().key("Rules").begin_array();
  for (const RuleModel* rule : buses_.rules(bus)) {
    if (rule->name.starts_with(prefix)) write_rule(writer, *rule, buses_.rule_arn(*rule));
  }
  return {.status = 200, .body = writer.end_array().end_object().take(), .headers = {}};
}

const RuleModel* EventBridgeService::find_rule(json::View input, std::string_view name_member,
                                               AwsReply& error) const {
  const std::string bus = bus_name(input["EventBusName"]);
  if (!buses_.contains(bus)) {
    error = no_such_bus(bus);
    return nullptr;
  }
  const std::string_view name = input[name_member].string_or("");
  if (name.empty()) {
    error = missing(name_member == "Name" ? "name" : "rule");
    return nullptr;
  }
  for (const RuleModel* rule : buses_.rules(bus)) {
    if (rule->name == name) return rule;
  }
  error = aws_error(400, "ResourceNotFoundException",
                    fmt::format("Rule {} does not exist on EventBus {}.", name, bus));
  return nullptr;
}

AwsReply EventBridgeService::describe_rule(json::View input) const {
  AwsReply error;
  const RuleModel* rule = find_rule(input, "Name", error);
  if (rule == nullptr) return error;
  json::Writer writer;
  write_rule(writer, *rule, buses_.rule_arn(*rule));
  return {.status = 200, .body = writer.take(), .headers = {}};
}

AwsReply EventBridgeService::list_targets(json::View input) const {
  AwsReply error;
  const RuleModel* rule = find_rule(input, "Rule", error);
  if (rule == nullptr) return error;
  json::Writer writer;
  writer.begin_object().key("Targets").begin_array();
  for (const RuleTargetModel& target : rule->targets) {
    const auto age_s = std::chrono::duration_cast<std::chrono::seconds>(target.age_max).count();
    writer.begin_object()
        .member("Id", target.id)
        .member("Arn", buses_.function_arn(target.function))
        .key("RetryPolicy")
        .begin_object()
        .member("MaximumRetryAttempts", target.retries_max)
        .member("MaximumEventAgeInSeconds", static_cast<std::int64_t>(age_s))
        .end_object();
    if (!target.dead_letter_queue.empty()) {
      writer.key("DeadLetterConfig")
          .begin_object()
          .member("Arn", fmt::format("arn:aws:sqs:{}:{}:{}", context_.region, context_.account,
                                     target.dead_letter_queue))
          .end_object();
    }
    writer.end_object();
  }
  return {.status = 200, .body = writer.end_array().end_object().take(), .headers = {}};
}

AwsReply EventBridgeService::test_pattern(json::View input) const {
  if (!input["EventPattern"].is_string()) return missing("eventPattern");
  if (!input["Event"].is_string()) return missing("event");
  const auto pattern = EventPattern::compile(input["EventPattern"].string_or(""));
  if (!pattern) return aws_error(400, "InvalidEventPatternException", pattern.error().message);
  const auto event = json::parse(input["Event"].string_or(""), json::kDepthMaxHost);
  if (!event || !event->root().is_object()) {
    return aws_error(400, "ValidationException",
                     fmt::format("Parameter Event is not valid. Reason: {}",
                                 event ? "it is not an object" : event.error().message));
  }
  json::Writer writer;
  writer.begin_object().member("Result", pattern->matches(FlatEvent(event->root()))).end_object();
  return {.status = 200, .body = writer.take(), .headers = {}};
}

}  // namespace beckon::emulator
