// SPDX-License-Identifier: Apache-2.0
// Ref and Fn::GetAtt: names, ids and ARNs of resources, as AWS forms them.
#include <fmt/format.h>

#include <cstdint>

#include "emulator/template/resources.h"

namespace beckon::emulator {
namespace {

std::string arn(const TemplateScope& scope, std::string_view service, std::string_view rest) {
  return fmt::format("arn:aws:{}:{}:{}:{}", service, scope.region, scope.account, rest);
}

std::string bus_of_rule(const TemplateResource& rule) {
  const TemplateNode* bus = rule.properties.find("EventBusName");
  if (bus == nullptr || !bus->is_scalar()) return "default";
  return bus->text.substr(bus->text.rfind('/') + 1);
}

std::string queue_url(const TemplateResource& queue, const TemplateScope& scope) {
  return fmt::format("https://sqs.{}.amazonaws.com/{}/{}", scope.region, scope.account,
                     queue.physical_name);
}

std::string text_of(const TemplateResource& resource, std::string_view property) {
  const TemplateNode* value = resource.properties.find(property);
  return value != nullptr ? value->text : std::string();
}

std::string resource_arn(const TemplateResource& resource, const TemplateScope& scope) {
  const std::string& name = resource.physical_name;
  const std::string& type = resource.type;
  if (type == "AWS::Lambda::Function") return arn(scope, "lambda", "function:" + name);
  if (type == "AWS::DynamoDB::Table") return arn(scope, "dynamodb", "table/" + name);
  if (type == "AWS::SQS::Queue") return arn(scope, "sqs", name);
  if (type == "AWS::Events::EventBus") return arn(scope, "events", "event-bus/" + name);
  if (type == "AWS::Events::Rule") {
    const std::string bus = bus_of_rule(resource);
    return arn(scope, "events", bus == "default" ? "rule/" + name : "rule/" + bus + "/" + name);
  }
  if (type == "AWS::Logs::LogGroup") return arn(scope, "logs", "log-group:" + name + ":*");
  if (type == "AWS::CloudWatch::Alarm") return arn(scope, "cloudwatch", "alarm:" + name);
  if (type == "AWS::IAM::Role") return fmt::format("arn:aws:iam::{}:role/{}", scope.account, name);
  return fmt::format("arn:aws:beckon-emulator:{}:{}:{}/{}", scope.region, scope.account, type,
                     name);
}

}  // namespace

std::string derived_id(const std::string& stack_name, const std::string& logical_id,
                       std::size_t length) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a, then mixed once per character
  for (const char c : stack_name + "/" + logical_id) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  std::string id;
  for (std::size_t i = 0; i < length; ++i) {
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9ULL;
    hash ^= hash >> 32;
    // A letter first: an id that reads as a number is one more surprise for tools.
    id += kAlphabet[hash % (i == 0 ? 26 : kAlphabet.size())];
  }
  return id;
}

std::string reference_value(const TemplateResource& resource, const TemplateScope& scope) {
  if (resource.type == "AWS::SQS::Queue") return queue_url(resource, scope);
  if (resource.type == "AWS::Events::Rule") {
    const std::string bus = bus_of_rule(resource);
    return bus == "default" ? resource.physical_name : bus + "|" + resource.physical_name;
  }
  return resource.physical_name;
}

std::string attribute_value(const TemplateResource& resource, const std::string& name,
                            const TemplateScope& scope) {
  if (name == "Arn") return resource_arn(resource, scope);
  if (name == "QueueUrl") return queue_url(resource, scope);
  if (name == "ApiEndpoint") {
    return fmt::format("wss://{}.execute-api.{}.amazonaws.com", resource.physical_name,
                       scope.region);
  }
  if (resource.type == "AWS::SSM::Parameter") return text_of(resource, name);
  return resource.physical_name;  // Name, QueueName, ApiId, RouteId, RoleId, …
}

}  // namespace beckon::emulator
