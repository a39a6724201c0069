// SPDX-License-Identifier: Apache-2.0
// The tables that exist: their keys, indexes and settings, kept in the store and in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "emulator/dynamodb/store.h"
#include "emulator/template/model.h"

namespace beckon::emulator::dynamodb {

struct Index {
  std::int64_t id = 0;  // in the store
  IndexModel model;
};

struct Table {
  std::int64_t id = 0;
  std::string name;
  KeyModel hash;
  std::optional<KeyModel> range;
  std::vector<Index> indexes;
  std::string ttl_attribute;  // "" if TTL is off
  std::string billing_mode = "PAY_PER_REQUEST";
  std::int64_t read_units = 0;  // provisioned; 0 with PAY_PER_REQUEST
  std::int64_t write_units = 0;
  std::int64_t created_ms = 0;
  std::string uuid;

  const Index* index(std::string_view index_name) const;  // null if there is none
};

class Catalog {
 public:
  // Reads what the store has. Throws SqliteError, Fault for a definition that does not read.
  explicit Catalog(Store& store);

  // Null if there is none. Pointers stay valid until the table is removed.
  const Table* find(std::string_view name) const;
  const std::map<std::string, std::unique_ptr<Table>, std::less<>>& all() const { return tables_; }

  const Table& add(Table table);  // gives ids; the name must be free
  void remove(std::string_view name);
  // Rewrites every row's TTL column.
  void set_ttl(std::string_view name, const std::string& attribute);

  // Makes the table of a template, or brings one that is there to what the template says: indexes
  // are built or dropped, TTL is set. kInvalid if the keys differ: its rows would be unreadable.
  base::Status adopt(const TableModel& model, std::int64_t now_ms);

 private:
  void save(const Table& table);
  void rebuild_indexes(Table& table, const std::vector<IndexModel>& wanted);

  Store& store_;
  std::map<std::string, std::unique_ptr<Table>, std::less<>> tables_;
};

}  // namespace beckon::emulator::dynamodb
