// SPDX-License-Identifier: Apache-2.0
// What Query and Scan have in common: which table or index, filter, projection, page limits, where
// to start and where to go on.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "emulator/dynamodb/capacity.h"
#include "emulator/dynamodb/expression_binder.h"
#include "emulator/dynamodb/operations.h"
#include "emulator/dynamodb/read_item.h"

namespace beckon::emulator::dynamodb {

inline constexpr std::size_t kPageBytesMax = 1024 * 1024;  // Query and Scan: 1 MB before the filter

struct PageRequest {
  PageRequest(json::View input, const Catalog& catalog, bool is_query);

  const KeyModel& hash() const { return index ? index->model.hash : table->hash; }
  const std::optional<KeyModel>& range() const { return index ? index->model.range : table->range; }

  const Table* table = nullptr;
  const Index* index = nullptr;  // null: the table itself
  bool consistent = false;
  bool count_only = false;
  bool whole_items = true;  // rows are shown as in the table, not as the index projects them
  std::optional<std::size_t> limit;
  Bindings bindings;
  std::optional<Condition> key_condition;  // Query only
  std::optional<Condition> filter;
  Projection projection;
  std::optional<Item> start_key;
  Capacity capacity;

 private:
  void read_expressions(json::View input, bool is_query);
  void read_select(const std::string& select);
  void check_paths(bool is_query) const;
  void check_start_key() const;
};

// Where to go on behind start_key; none without one.
std::optional<Position> start_position(const PageRequest& request);

// Collects rows up to the limits and makes the answer.
class Page {
 public:
  explicit Page(PageRequest& request) : request_(request) {}
  bool add(const StoredItem& stored);  // false: the page is full
  std::string answer();

 private:
  PageRequest& request_;
  std::size_t scanned_ = 0;
  std::size_t matched_ = 0;
  std::size_t bytes_ = 0;
  std::string items_;  // JSON texts, with commas
  std::string last_;   // the stored text of the last row read
  bool full_ = false;
};

}  // namespace beckon::emulator::dynamodb
