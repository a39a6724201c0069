// SPDX-License-Identifier: Apache-2.0
// DeleteTable, DescribeTable, ListTables, and how a table is shown. CreateTable: create_table.cpp.
#include "emulator/dynamodb/table_operations.h"

#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/request.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::int64_t kListMax = 100;  // API reference: ListTables, Limit

void write_schema(json::Writer& writer, const KeyModel& hash,
                  const std::optional<KeyModel>& range) {
  writer.key("KeySchema").begin_array();
  writer.begin_object().member("AttributeName", hash.name).member("KeyType", "HASH").end_object();
  if (range) {
    writer.begin_object().member("AttributeName", range->name).member("KeyType", "RANGE");
    writer.end_object();
  }
  writer.end_array();
}

void write_definitions(json::Writer& writer, const Table& table) {
  std::map<std::string, char> types;
  const auto add = [&](const KeyModel& key) { types.emplace(key.name, key.type); };
  add(table.hash);
  if (table.range) add(*table.range);
  for (const auto& index : table.indexes) {
    add(index.model.hash);
    if (index.model.range) add(*index.model.range);
  }
  writer.key("AttributeDefinitions").begin_array();
  for (const auto& [name, type] : types) {
    writer.begin_object().member("AttributeName", name);
    writer.member("AttributeType", std::string(1, type)).end_object();
  }
  writer.end_array();
}

void write_throughput(json::Writer& writer, std::int64_t read_units, std::int64_t write_units) {
  writer.key("ProvisionedThroughput").begin_object().member("NumberOfDecreasesToday", 0);
  writer.member("ReadCapacityUnits", read_units).member("WriteCapacityUnits", write_units);
  writer.end_object();
}

void write_indexes(json::Writer& writer, Engine& engine, const Table& table, const std::string& arn,
                   bool local) {
  bool any = false;
  for (const auto& index : table.indexes) any = any || index.model.local == local;
  if (!any) return;
  writer.key(local ? "LocalSecondaryIndexes" : "GlobalSecondaryIndexes").begin_array();
  for (const auto& index : table.indexes) {
    if (index.model.local != local) continue;
    writer.begin_object().member("IndexName", index.model.name);
    write_schema(writer, index.model.hash, index.model.range);
    writer.key("Projection").begin_object().member("ProjectionType", index.model.projection);
    if (!index.model.included.empty()) {
      writer.key("NonKeyAttributes").begin_array();
      for (const auto& name : index.model.included) writer.string(name);
      writer.end_array();
    }
    writer.end_object();
    if (!local) {
      writer.member("IndexStatus", "ACTIVE");
      write_throughput(writer, table.read_units, table.write_units);
    }
    writer.member("IndexArn", arn + "/index/" + index.model.name);
    writer.member("ItemCount", engine.store.index_rows(index.id)).end_object();
  }
  writer.end_array();
}

const Table& described_table(Engine& engine, const std::string& name) {
  const Table* table = engine.catalog.find(name);
  if (table == nullptr) {
    throw resource_not_found("Requested resource not found: Table: " + name + " not found");
  }
  return *table;
}

}  // namespace

void write_table(json::Writer& writer, Engine& engine, const Table& table, const char* status) {
  const std::string arn =
      "arn:aws:dynamodb:" + engine.region + ":" + engine.account + ":table/" + table.name;
  const Store::Totals totals = engine.store.totals(table.id);
  writer.begin_object();
  write_definitions(writer, table);
  writer.member("TableName", table.name);
  write_schema(writer, table.hash, table.range);
  writer.member("TableStatus", status);
  writer.key("CreationDateTime").number(static_cast<double>(table.created_ms) / 1000.0);
  write_throughput(writer, table.read_units, table.write_units);
  writer.member("TableSizeBytes", totals.bytes).member("ItemCount", totals.items);
  writer.member("TableArn", arn).member("TableId", table.uuid);
  if (table.billing_mode == "PAY_PER_REQUEST") {
    writer.key("BillingModeSummary").begin_object().member("BillingMode", table.billing_mode);
    writer.key("LastUpdateToPayPerRequestDateTime")
        .number(static_cast<double>(table.created_ms) / 1000.0);
    writer.end_object();
  }
  write_indexes(writer, engine, table, arn, false);
  write_indexes(writer, engine, table, arn, true);
  writer.member("DeletionProtectionEnabled", false).end_object();
}

std::string describe_table(Engine& engine, json::View input) {
  const std::string name = table_name(input);
  json::Writer writer;
  writer.begin_object().key("Table");
  write_table(writer, engine, described_table(engine, name), "ACTIVE");
  return writer.end_object().take();
}

std::string delete_table(Engine& engine, json::View input) {
  const std::string name = table_name(input);
  json::Writer writer;
  writer.begin_object().key("TableDescription");
  write_table(writer, engine, described_table(engine, name), "DELETING");
  engine.catalog.remove(name);
  return writer.end_object().take();
}

std::string list_tables(Engine& engine, json::View input) {
  const std::int64_t limit = integer_member(input, "Limit").value_or(kListMax);
  if (limit < 1 || limit > kListMax) {
    throw validation(constraint_text(std::to_string(limit), "limit",
                                     limit < 1
                                         ? "Member must have value greater than or equal to 1"
                                         : "Member must have value less than or equal to 100"));
  }
  const std::string start = text_member(input, "ExclusiveStartTableName");
  const auto& tables = engine.catalog.all();
  json::Writer writer;
  writer.begin_object().key("TableNames").begin_array();
  std::int64_t count = 0;
  std::string last;
  auto at = start.empty() ? tables.begin() : tables.upper_bound(start);
  for (; at != tables.end() && count < limit; ++at, ++count) {
    writer.string(at->first);
    last = at->first;
  }
  writer.end_array();
  if (at != tables.end()) writer.member("LastEvaluatedTableName", last);
  return writer.end_object().take();
}

}  // namespace beckon::emulator::dynamodb
