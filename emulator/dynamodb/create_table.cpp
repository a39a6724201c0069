// SPDX-License-Identifier: Apache-2.0
// CreateTable: tables are ACTIVE at once.
#include <algorithm>
#include <map>
#include <set>

#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/table_operations.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::size_t kGlobalIndexesMax = 20;  // Service quotas: global secondary indexes per table
constexpr std::size_t kLocalIndexesMax = 5;

Fault invalid(const std::string& text) {
  return validation("One or more parameter values were invalid: " + text);
}

using Definitions = std::map<std::string, char>;

Definitions read_definitions(json::View input) {
  Definitions definitions;
  for (json::View entry : list_member(input, "AttributeDefinitions")) {
    const std::string type = enum_member(entry, "AttributeType", {"B", "N", "S"});
    if (type.empty()) throw invalid("Missing the AttributeType of an attribute definition");
    definitions.emplace(text_member(entry, "AttributeName"), type[0]);
  }
  return definitions;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

struct Schema {
  KeyModel hash;
  std::optional<KeyModel> range;
};

Schema read_schema(json::View input, const Definitions& definitions) {
  const json::View list = list_member(input, "KeySchema");
  if (list.size() < 1 || list.size() > 2) {
    throw validation(constraint_text(list.print(), "keySchema",
                                     list.size() < 1
                                         ? "Member must have length greater than or equal to 1"
                                         : "Member must have length less than or equal to 2"));
  }
  std::vector<std::string> names;
  std::vector<std::string> types;
  for (json::View entry : list) {
    names.push_back(text_member(entry, "AttributeName"));
    types.push_back(enum_member(entry, "KeyType", {"HASH", "RANGE"}));
  }
  const auto defined = [&](const std::string& name) { return definitions.contains(name); };
  if (!std::all_of(names.begin(), names.end(), defined)) {
    std::vector<std::string> known;
    for (const auto& [name, type] : definitions) known.push_back(name);
    throw invalid("Some index key attributes are not defined in AttributeDefinitions. Keys: [" +
                  joined(names) + "], AttributeDefinitions: [" + joined(known) + "]");
  }
  if (names.size() == 2 && names[0] == names[1]) {
    throw validation(
        "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  if (types[0] != "HASH") {
    throw validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  if (types.size() == 2 && types[1] != "RANGE") {
    throw validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
  Schema schema;
  schema.hash = {names[0], definitions.at(names[0])};
  if (names.size() == 2) schema.range = KeyModel{names[1], definitions.at(names[1])};
  return schema;
}

void read_projection_of(json::View entry, IndexModel& index) {
  const json::View projection = object_member(entry, "Projection");
  index.projection = enum_member(projection, "ProjectionType", {"ALL", "INCLUDE", "KEYS_ONLY"});
  if (index.projection.empty()) throw invalid("Unknown ProjectionType: null");
  for (json::View name : list_member(projection, "NonKeyAttributes")) {
    index.included.emplace_back(name.string_or(""));
  }
  if (!index.included.empty() && index.projection != "INCLUDE") {
    throw invalid("ProjectionType is " + index.projection + ", but NonKeyAttributes is specified");
  }
}

void check_index_name(const std::string& name) {
  const auto refuse = [&](const char* constraint) {
    throw validation(constraint_text(name, "indexName", constraint));
  };
  if (name.size() < 3) refuse("Member must have length greater than or equal to 3");
  if (name.size() > 255) refuse("Member must have length less than or equal to 255");
  if (!is_table_name(name)) {
    refuse("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  }
}

void read_indexes(json::View input, const Definitions& definitions, bool local, Table& table) {
  const char* member = local ? "LocalSecondaryIndexes" : "GlobalSecondaryIndexes";
  const json::View list = list_member(input, member);
  if (!list.exists()) return;
  if (list.size() == 0) throw invalid("List of " + std::string(member) + " is empty");
  if (local && !table.range) {
    throw invalid(
        "Table KeySchema does not have a range key, which is required when specifying a "
        "LocalSecondaryIndex");
  }
  for (json::View entry : list) {
    Index index;
    index.model.local = local;
    index.model.name = text_member(entry, "IndexName");
    check_index_name(index.model.name);
    const Schema schema = read_schema(entry, definitions);
    index.model.hash = schema.hash;
    index.model.range = schema.range;
    if (local && !schema.range) {
      throw invalid("Index KeySchema does not have a range key for index: " + index.model.name);
    }
    if (local && schema.hash.name != table.hash.name) {
      throw invalid(
          "Index KeySchema does not have the same leading hash key as table KeySchema for "
          "index: " +
          index.model.name + ". index hash key: " + schema.hash.name +
          ", table hash key: " + table.hash.name);
    }
    read_projection_of(entry, index.model);
    if (table.index(index.model.name) != nullptr) {
      throw invalid("Duplicate index name: " + index.model.name);
    }
    table.indexes.push_back(std::move(index));
  }
  if (local && list.size() > kLocalIndexesMax) {
    throw invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  }
  if (!local && list.size() > kGlobalIndexesMax) {
    throw invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20");
  }
}

void read_billing(json::View input, Table& table) {
  const std::string mode = enum_member(input, "BillingMode", {"PROVISIONED", "PAY_PER_REQUEST"});
  const json::View throughput = object_member(input, "ProvisionedThroughput");
  if (mode == "PAY_PER_REQUEST") {
    if (throughput.exists()) {
      throw invalid(
          "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
          "BillingMode is PAY_PER_REQUEST");
    }
    return;
  }
  table.billing_mode = "PROVISIONED";
  table.read_units = integer_member(throughput, "ReadCapacityUnits").value_or(0);
  table.write_units = integer_member(throughput, "WriteCapacityUnits").value_or(0);
  if (table.read_units < 1 || table.write_units < 1) {
    throw invalid(
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode "
        "is PROVISIONED");
  }
}

void check_all_used(const Definitions& definitions, const Table& table) {
  std::set<std::string> used{table.hash.name};
  if (table.range) used.insert(table.range->name);
  for (const auto& index : table.indexes) {
    used.insert(index.model.hash.name);
    if (index.model.range) used.insert(index.model.range->name);
  }
  if (used.size() == definitions.size()) return;
  throw invalid(
      table.indexes.empty()
          ? "Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions"
          : "Some AttributeDefinitions are not used. AttributeDefinitions: " +
                std::to_string(definitions.size()) + ", keys used: " + std::to_string(used.size()));
}

}  // namespace

std::string create_table(Engine& engine, json::View input) {
  Table table;
  table.name = table_name(input);
  for (const char* name : {"StreamSpecification", "ResourcePolicy"}) {
    const json::View member = object_member(input, name);
    const bool off = member["StreamEnabled"].boolean() == false;
    if (member.exists() && !off) throw not_supported("CreateTable with " + std::string(name));
  }
  const Definitions definitions = read_definitions(input);
  const Schema schema = read_schema(input, definitions);
  table.hash = schema.hash;
  table.range = schema.range;
  read_indexes(input, definitions, true, table);
  read_indexes(input, definitions, false, table);
  read_billing(input, table);
  check_all_used(definitions, table);
  if (engine.catalog.find(table.name) != nullptr) {
    throw resource_in_use("Table already exists: " + table.name);
  }
  table.created_ms = engine.now_ms;
  const Table& made = engine.catalog.add(std::move(table));
  json::Writer writer;
  writer.begin_object().key("TableDescription");
  write_table(writer, engine, made, "ACTIVE");
  return writer.end_object().take();
}

}  // namespace beckon::emulator::dynamodb
