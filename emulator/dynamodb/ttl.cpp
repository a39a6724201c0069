// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/ttl.h"

#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/item_writer.h"
#include "emulator/dynamodb/request.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::int64_t kFiveYears_s = 5LL * 365 * 24 * 3600;

}  // namespace

int sweep_expired(Engine& engine, int limit) {
  const std::int64_t now_s = engine.now_ms / 1000;
  int removed = 0;
  for (const auto& [name, table] : engine.catalog.all()) {
    if (table->ttl_attribute.empty() || removed >= limit) continue;
    const auto rows = engine.store.expired(table->id, now_s - kFiveYears_s, now_s, limit - removed);
    if (rows.empty()) continue;
    Store::Transaction transaction(engine.store);
    for (const auto& row : rows) {
      const Item item = stored_item(row.json);
      replace_item(engine.store, *table, &item, nullptr);
    }
    transaction.commit();
    removed += static_cast<int>(rows.size());
  }
  return removed;
}

std::string describe_time_to_live(Engine& engine, json::View input) {
  const std::string name = table_name(input);
  const Table* table = engine.catalog.find(name);
  if (table == nullptr) {
    throw resource_not_found("Requested resource not found: Table: " + name + " not found");
  }
  json::Writer writer;
  writer.begin_object().key("TimeToLiveDescription").begin_object();
  writer.member("TimeToLiveStatus", table->ttl_attribute.empty() ? "DISABLED" : "ENABLED");
  if (!table->ttl_attribute.empty()) writer.member("AttributeName", table->ttl_attribute);
  return writer.end_object().end_object().take();
}

std::string update_time_to_live(Engine& engine, json::View input) {
  const std::string name = table_name(input);
  const json::View specification = object_member(input, "TimeToLiveSpecification");
  if (!specification.exists()) {
    throw validation(
        "The parameter 'TimeToLiveSpecification' is required but was not present in "
        "the request");
  }
  const std::string attribute = text_member(specification, "AttributeName");
  const bool enabled = flag_member(specification, "Enabled", false);
  if (attribute.empty() || attribute.size() > 255) {
    throw validation(constraint_text(attribute, "timeToLiveSpecification.attributeName",
                                     attribute.empty()
                                         ? "Member must have length greater than or equal to 1"
                                         : "Member must have length less than or equal to 255"));
  }
  const Table* table = engine.catalog.find(name);
  if (table == nullptr) {
    throw resource_not_found("Requested resource not found: Table: " + name + " not found");
  }
  if (!enabled && table->ttl_attribute.empty()) {
    throw validation("TimeToLive is already disabled");
  }
  if (!table->ttl_attribute.empty() && table->ttl_attribute != attribute) {
    throw validation(
        "TimeToLive is active on a different AttributeName: current AttributeName is " +
        table->ttl_attribute);
  }
  if (enabled && !table->ttl_attribute.empty()) throw validation("TimeToLive is already enabled");
  engine.catalog.set_ttl(name, enabled ? attribute : "");
  json::Writer writer;
  writer.begin_object().key("TimeToLiveSpecification").begin_object();
  writer.member("AttributeName", attribute).member("Enabled", enabled);
  return writer.end_object().end_object().take();
}

}  // namespace beckon::emulator::dynamodb
