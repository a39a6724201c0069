// SPDX-License-Identifier: Apache-2.0
// The tables' rows in SQLite. Knows keys as bytes that sort rightly (key.h) and items as JSON text;
// what an item means is decided elsewhere. One SQL table holds all items, ordered within each
// DynamoDB table by a hash of the partition key, as DynamoDB's partitions are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "emulator/dynamodb/sqlite.h"

namespace beckon::emulator::dynamodb {

struct KeyBytes {
  std::string hash;
  std::string range;  // "" for tables and indexes without a sort key
  bool operator==(const KeyBytes&) const = default;
};

struct StoredItem {
  std::string json;
  std::size_t bytes = 0;  // DynamoDB's size of the item
};

// A row's place in the order of a table or index.
struct Position {
  KeyBytes key;
  KeyBytes base;  // in an index: the item's key in its table, which orders equal index keys
};

inline constexpr int kSlots = 65536;
int slot_of(std::string_view hash_key);  // 0 … kSlots-1

struct QueryRange {  // rows of one partition key, from <= sort key < below
  std::string hash;
  std::string from;
  std::optional<std::string> below;
  bool descending = false;
  std::optional<Position> after;  // go on behind this row
};

struct ScanRange {  // rows whose slot is in slot_from <= slot < slot_end
  int slot_from = 0;
  int slot_end = kSlots;
  std::optional<Position> after;
};

struct CatalogRow {
  std::int64_t id = 0;
  std::string name;
  std::string definition;  // JSON text, see catalog.h
};

class Store {
 public:
  // path: ":memory:" or a file, made if absent. Errors: kIo with path and reason, kInvalid if the
  // file has a schema that this version does not know.
  static base::Result<std::unique_ptr<Store>> open(const std::string& path);

  // Visitors return false to stop. They may read, not write.
  using Visitor = std::function<bool(StoredItem item)>;

  std::vector<CatalogRow> catalog();
  std::int64_t add_table(std::string_view name, std::string_view definition);
  void set_definition(std::int64_t table, std::string_view definition);
  void drop_table(std::int64_t table, const std::vector<std::int64_t>& indexes);
  std::int64_t new_index_id();
  void drop_index(std::int64_t index);

  std::optional<StoredItem> get(std::int64_t table, const KeyBytes& key);
  // expires_s: the row's TTL, if the table has one and the item carries it.
  void put(std::int64_t table, const KeyBytes& key, const StoredItem& item,
           std::optional<std::int64_t> expires_s);
  void erase(std::int64_t table, const KeyBytes& key);
  void put_index_row(std::int64_t index, const Position& row);
  void erase_index_row(std::int64_t index, const Position& row);

  void query(std::int64_t table, const QueryRange& range, const Visitor& visit);
  void scan(std::int64_t table, const ScanRange& range, const Visitor& visit);
  void query_index(std::int64_t table, std::int64_t index, const QueryRange& range,
                   const Visitor& visit);
  void scan_index(std::int64_t table, std::int64_t index, const ScanRange& range,
                  const Visitor& visit);

  struct Totals {
    std::int64_t items = 0;
    std::int64_t bytes = 0;
  };
  Totals totals(std::int64_t table);
  std::int64_t index_rows(std::int64_t index);

  // Items of the table whose TTL lies between the two, at most limit of them.
  std::vector<StoredItem> expired(std::int64_t table, std::int64_t from_s, std::int64_t until_s,
                                  int limit);

  // Tokens of TransactWriteItems: the digest of the request that used one, if it is still valid.
  std::optional<std::int64_t> token_digest(std::string_view token, std::int64_t now_ms);
  void keep_token(std::string_view token, std::int64_t digest, std::int64_t expires_ms,
                  std::int64_t now_ms);

  // All writes between construction and commit() happen, or none.
  class Transaction {
   public:
    explicit Transaction(Store& store);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

   private:
    Store& store_;
    bool open_ = true;
  };

 private:
  explicit Store(const std::string& path);
  void prepare_schema();
  bool visit_base(std::int64_t table, Statement& rows, const Visitor& visit);

  Connection connection_;
  struct Statements;
  std::shared_ptr<Statements> sql_;
};

}  // namespace beckon::emulator::dynamodb
