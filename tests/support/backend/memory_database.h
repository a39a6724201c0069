// SPDX-License-Identifier: Apache-2.0
// DynamoDB in memory: keys, conditions, transactions, pages, indexes, and the refusals that a wrong
// request gets. One call happens at a time; nothing fails but what must: faults are
// faulty_database.h.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lambdas/aws/database.h"

namespace beckon::tests {

struct MemoryIndex {
  std::string name;
  std::string partition_key;
};

struct MemoryTable {
  std::string partition_key;
  std::string sort_key;  // "" if there is none
  std::vector<MemoryIndex> indexes;
};

class MemoryDatabase final : public lambdas::Database, public lambdas::TableScan {
 public:
  using Key = std::pair<std::string, std::string>;
  using Rows = std::map<Key, lambdas::Item>;

  // The three tables as lambdas/backend/schema.h has them, under the names "connections",
  // "streams" and "devices".
  MemoryDatabase();

  void add_table(const std::string& name, MemoryTable table);
  // Rows of a page at most: stands for DynamoDB's 1 MB.
  void set_page_rows_max(std::size_t rows) { page_rows_max_ = rows; }

  // For tests: the rows of a table, sorted by key, to look at and to change behind everybody's
  // back.
  Rows& rows(const std::string& table);
  // What DynamoDB's TTL does some time after `expiresAt`. The number of rows removed.
  std::size_t remove_expired(const std::string& table, std::int64_t now_s);

  base::Result<std::optional<lambdas::Item>> get(const std::string& table,
                                                 const lambdas::Item& key) override;
  base::Status put(const std::string& table, const lambdas::Item& item,
                   const lambdas::Condition& condition) override;
  base::Result<lambdas::Item> update(const std::string& table, const lambdas::Item& key,
                                     const lambdas::Update& update,
                                     const lambdas::Condition& condition) override;
  base::Status remove(const std::string& table, const lambdas::Item& key,
                      const lambdas::Condition& condition) override;
  base::Result<lambdas::QueryPage> query(const lambdas::QueryRequest& request) override;
  base::Status transact(const std::vector<lambdas::TransactWrite>& writes,
                        int* failed_index) override;
  base::Result<lambdas::QueryPage> scan(const std::string& table,
                                        const lambdas::Item& exclusive_start_key) override;

 private:
  struct Stored {
    MemoryTable shape;
    Rows rows;
  };

  base::Result<Stored*> find(const std::string& table);
  static base::Result<Key> key_of(const MemoryTable& shape, const lambdas::Item& item);
  static base::Result<Key> exact_key(const MemoryTable& shape, const lambdas::Item& key);
  static lambdas::Item key_item(const MemoryTable& shape, const Key& key);
  static base::Status check_update(const MemoryTable& shape, const lambdas::Update& update);

  std::map<std::string, Stored> tables_;
  std::size_t page_rows_max_ = 4000;
};

}  // namespace beckon::tests
