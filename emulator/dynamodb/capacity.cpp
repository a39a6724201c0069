// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/capacity.h"

#include <algorithm>
#include <cmath>

#include "emulator/dynamodb/request.h"

namespace beckon::emulator::dynamodb {

double read_units(std::size_t bytes, bool consistent) {
  const double units = std::max(1.0, std::ceil(static_cast<double>(bytes) / 4096.0));
  return consistent ? units : units / 2;
}

Capacity::Capacity(json::View input) {
  const std::string mode =
      enum_member(input, "ReturnConsumedCapacity", {"INDEXES", "TOTAL", "NONE"});
  wanted_ = mode == "INDEXES" || mode == "TOTAL";
  by_index_ = mode == "INDEXES";
}

void Capacity::add_read(const Table& table, const Index* index, double units) {
  if (!wanted_) return;
  Units& entry = tables_[table.name];
  if (index == nullptr) {
    entry.table += units;
  } else {
    (index->model.local ? entry.local : entry.global)[index->model.name] += units;
  }
}

void Capacity::add_write(const Table& table, const WriteCost& cost, double factor) {
  if (!wanted_) return;
  Units& entry = tables_[table.name];
  entry.table += cost.table_units * factor;
  for (const auto& [index, units] : cost.index_units) {
    (index->model.local ? entry.local : entry.global)[index->model.name] += units * factor;
  }
}

void Capacity::write(json::Writer& writer, const std::string& name, const Units& units) const {
  double total = units.table;
  for (const auto& [index, value] : units.global) total += value;
  for (const auto& [index, value] : units.local) total += value;
  writer.begin_object().member("TableName", name).key("CapacityUnits").number(total);
  if (by_index_) {
    writer.key("Table").begin_object().key("CapacityUnits").number(units.table).end_object();
    const auto list = [&](const char* key, const std::map<std::string, double>& indexes) {
      if (indexes.empty()) return;
      writer.key(key).begin_object();
      for (const auto& [index, value] : indexes) {
        writer.key(index).begin_object().key("CapacityUnits").number(value).end_object();
      }
      writer.end_object();
    };
    list("GlobalSecondaryIndexes", units.global);
    list("LocalSecondaryIndexes", units.local);
  }
  writer.end_object();
}

void Capacity::write_one(json::Writer& writer) const {
  if (tables_.empty()) return;
  writer.key("ConsumedCapacity");
  write(writer, tables_.begin()->first, tables_.begin()->second);
}

void Capacity::write_list(json::Writer& writer) const {
  if (!wanted_) return;
  writer.key("ConsumedCapacity").begin_array();
  for (const auto& [name, units] : tables_) write(writer, name, units);
  writer.end_array();
}

}  // namespace beckon::emulator::dynamodb
