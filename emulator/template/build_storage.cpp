// SPDX-License-Identifier: Apache-2.0
// AWS::DynamoDB::Table, AWS::SQS::Queue and AWS::SSM::Parameter.
#include <fmt/format.h>

#include <algorithm>

#include "emulator/template/build.h"

namespace beckon::emulator {
namespace {

using AttributeTypes = std::map<std::string, char>;

AttributeTypes read_attributes(const PropertyReader& reader) {
  AttributeTypes types;
  for (const PropertyReader& attribute : reader.objects("AttributeDefinitions")) {
    const std::string type = attribute.one_of("AttributeType", {"S", "N", "B"});
    types[attribute.text("AttributeName")] = type.front();
  }
  return types;
}

// HASH first, then at most one RANGE; each defined among the attributes.
void read_keys(const PropertyReader& owner, const AttributeTypes& types,
               std::set<std::string>& used, KeyModel& hash, std::optional<KeyModel>& range) {
  const std::vector<PropertyReader> keys = owner.objects("KeySchema");
  if (owner.has("KeySchema") && (keys.empty() || keys.size() > 2)) {
    owner.error(
        "KeySchema",
        fmt::format("expected one HASH key and at most one RANGE key, got {} keys", keys.size()));
  }
  for (std::size_t i = 0; i < keys.size() && i < 2; ++i) {
    const PropertyReader& key = keys[i];
    const std::string name = key.text("AttributeName");
    key.one_of("KeyType", {i == 0 ? "HASH" : "RANGE"});
    const auto type = types.find(name);
    if (type == types.end()) {
      key.error("AttributeName",
                fmt::format("expected an attribute of AttributeDefinitions, got \"{}\"", name));
      continue;
    }
    used.insert(name);
    const KeyModel model{name, type->second};
    if (i == 0) {
      hash = model;
    } else {
      range = model;
    }
  }
}

void read_indexes(const PropertyReader& reader, std::string_view property, bool local,
                  const AttributeTypes& types, std::set<std::string>& used, TableModel& table) {
  for (const PropertyReader& entry : reader.objects(property)) {
    IndexModel index;
    index.name = entry.text("IndexName");
    index.local = local;
    read_keys(entry, types, used, index.hash, index.range);
    if (local && (index.hash.name != table.hash.name || !index.range)) {
      entry.error("KeySchema", fmt::format("expected the table's HASH key \"{}\" and a RANGE key",
                                           table.hash.name));
    }
    const PropertyReader projection = entry.object("Projection");
    index.projection = projection.one_of("ProjectionType", {"ALL", "KEYS_ONLY", "INCLUDE"});
    index.included = projection.texts("NonKeyAttributes");
    if ((index.projection == "INCLUDE") == index.included.empty()) {
      projection.error("NonKeyAttributes",
                       "expected a list with ProjectionType INCLUDE, and only then");
    }
    if (std::ranges::find(table.indexes, index.name, &IndexModel::name) != table.indexes.end()) {
      entry.error("IndexName",
                  fmt::format("expected a name of its own, \"{}\" is taken", index.name));
    }
    table.indexes.push_back(std::move(index));
  }
}

}  // namespace

void build_tables(const BuildContext& context) {
  for (const TemplateResource* resource : context.resources.of_type("AWS::DynamoDB::Table")) {
    const PropertyReader reader(*resource, context.errors);
    TableModel table;
    table.logical_id = resource->logical_id;
    table.name = resource->physical_name;
    const AttributeTypes types = read_attributes(reader);
    std::set<std::string> used;
    read_keys(reader, types, used, table.hash, table.range);
    read_indexes(reader, "GlobalSecondaryIndexes", false, types, used, table);
    read_indexes(reader, "LocalSecondaryIndexes", true, types, used, table);
    for (const auto& [name, type] : types) {
      if (!used.contains(name)) {
        reader.error("AttributeDefinitions",
                     fmt::format("expected only attributes that a key uses, "
                                 "\"{}\" is used by none",
                                 name));
      }
    }
    table.billing_mode = reader.one_of("BillingMode", {"PROVISIONED", "PAY_PER_REQUEST"});
    if (table.billing_mode == "PROVISIONED" && !reader.has("ProvisionedThroughput")) {
      reader.error("BillingMode",
                   "expected PAY_PER_REQUEST, or ProvisionedThroughput with PROVISIONED");
    }
    const PropertyReader ttl = reader.object("TimeToLiveSpecification");
    if (ttl.boolean("Enabled", false)) {
      table.ttl_attribute = ttl.text("AttributeName");
      if (table.ttl_attribute.empty())
        ttl.error("AttributeName", "is required when Enabled is true");
    }
    if (std::ranges::find(context.model.tables, table.name, &TableModel::name) !=
        context.model.tables.end()) {
      reader.error("TableName",
                   fmt::format("expected a name of its own, \"{}\" is taken", table.name));
    }
    context.model.tables.push_back(std::move(table));
  }
}

void build_queues(const BuildContext& context) {
  for (const TemplateResource* resource : context.resources.of_type("AWS::SQS::Queue")) {
    const PropertyReader reader(*resource, context.errors);
    QueueModel queue;
    queue.logical_id = resource->logical_id;
    queue.name = resource->physical_name;
    if (reader.boolean("FifoQueue", false) || queue.name.ends_with(".fifo")) {
      reader.error("FifoQueue", "beckon-emulator has no FIFO queues");
    }
    queue.visibility_timeout =
        std::chrono::seconds(reader.integer("VisibilityTimeout", 30, 0, 43'200));
    queue.retention =
        std::chrono::seconds(reader.integer("MessageRetentionPeriod", 345'600, 60, 1'209'600));
    if (std::ranges::find(context.model.queues, queue.name, &QueueModel::name) !=
        context.model.queues.end()) {
      reader.error("QueueName",
                   fmt::format("expected a name of its own, \"{}\" is taken", queue.name));
    }
    context.model.queues.push_back(std::move(queue));
  }
}

void build_ssm_parameters(const BuildContext& context) {
  for (const TemplateResource* resource : context.resources.of_type("AWS::SSM::Parameter")) {
    const PropertyReader reader(*resource, context.errors);
    SsmParameterModel parameter;
    parameter.name = resource->physical_name;
    parameter.type = reader.one_of("Type", {"String", "StringList"});
    const TemplateNode* value = reader.find("Value");
    if (value != nullptr && !value->is_scalar() && !value->is_unknown()) {
      reader.error("Value", fmt::format("expected a text, got {}", value->describe()));
    }
    parameter.value = reader.text("Value");
    if (reader.has("Value") && value->is_scalar() && parameter.value.empty()) {
      reader.error("Value", "expected at least one character");
    }
    context.model.ssm_parameters.push_back(std::move(parameter));
  }
}

}  // namespace beckon::emulator
