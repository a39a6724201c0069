// SPDX-License-Identifier: Apache-2.0
// Reading rows in order. The next byte string after x is x + '\0', so every bound can be half open.
#include <algorithm>

#include "emulator/dynamodb/store_statements.h"

namespace beckon::emulator::dynamodb {
namespace {

std::string successor(std::string bytes) {
  bytes += '\0';
  return bytes;
}

// Sorts behind every sort key: these have 1024 bytes at most (Service quotas: sort key length).
const std::string& behind_all() {
  static const std::string kBytes(1025, '\xff');
  return kBytes;
}

void visit_items(Statement& rows, const Store::Visitor& visit) {
  while (rows.step()) {
    StoredItem item{std::string(rows.bytes(0)), static_cast<std::size_t>(rows.integer(1))};
    if (!visit(std::move(item))) return;
  }
}

}  // namespace

void Store::query(std::int64_t table, const QueryRange& range, const Visitor& visit) {
  std::string from = range.from;
  std::string below = range.below.value_or(behind_all());
  if (range.after && !range.descending) from = std::max(from, successor(range.after->key.range));
  if (range.after && range.descending) below = std::min(below, range.after->key.range);
  Use use(range.descending ? sql_->query_descending : sql_->query);
  use->bind(1, table).bind(2, slot_of(range.hash)).bind_blob(3, range.hash);
  use->bind_blob(4, from).bind_blob(5, below);
  visit_items(*use.operator->(), visit);
}

void Store::scan(std::int64_t table, const ScanRange& range, const Visitor& visit) {
  const int slot = range.after ? slot_of(range.after->key.hash) : range.slot_from;
  const std::string hash = range.after ? range.after->key.hash : "";
  const std::string sort = range.after ? successor(range.after->key.range) : "";
  Use use(sql_->scan);
  use->bind(1, table).bind(2, slot).bind_blob(3, hash).bind_blob(4, sort).bind(5, range.slot_end);
  visit_items(*use.operator->(), visit);
}

// Index rows name items; an item that is not there would be a bug of ours, and is passed over.
bool Store::visit_base(std::int64_t table, Statement& rows, const Visitor& visit) {
  while (rows.step()) {
    const KeyBytes base{std::string(rows.bytes(0)), std::string(rows.bytes(1))};
    auto item = get(table, base);
    if (item && !visit(*std::move(item))) return false;
  }
  return true;
}

void Store::query_index(std::int64_t table, std::int64_t index, const QueryRange& range,
                        const Visitor& visit) {
  const std::string below = range.below.value_or(behind_all());
  Position bound;
  if (range.descending) {
    bound.key.range = below;
    if (range.after && range.after->key.range < below) bound = *range.after;
  } else {
    bound.key.range = range.from;
    if (range.after && range.after->key.range >= range.from) {
      bound = *range.after;
      bound.base.range = successor(bound.base.range);
    }
  }
  Use use(range.descending ? sql_->query_index_descending : sql_->query_index);
  use->bind(1, index).bind(2, slot_of(range.hash)).bind_blob(3, range.hash);
  use->bind_blob(4, bound.key.range).bind_blob(5, bound.base.hash).bind_blob(6, bound.base.range);
  use->bind_blob(7, range.descending ? range.from : below);
  visit_base(table, *use.operator->(), visit);
}

void Store::scan_index(std::int64_t table, std::int64_t index, const ScanRange& range,
                       const Visitor& visit) {
  Position bound = range.after.value_or(Position{});
  int slot = range.slot_from;
  if (range.after) {
    slot = slot_of(bound.key.hash);
    bound.base.range = successor(bound.base.range);
  }
  Use use(sql_->scan_index);
  use->bind(1, index).bind(2, slot).bind_blob(3, bound.key.hash).bind_blob(4, bound.key.range);
  use->bind_blob(5, bound.base.hash).bind_blob(6, bound.base.range).bind(7, range.slot_end);
  visit_base(table, *use.operator->(), visit);
}

std::vector<StoredItem> Store::expired(std::int64_t table, std::int64_t from_s,
                                       std::int64_t until_s, int limit) {
  std::vector<StoredItem> items;
  Use use(sql_->expired);
  use->bind(1, table).bind(2, from_s).bind(3, until_s).bind(4, limit);
  visit_items(*use.operator->(), [&](StoredItem item) {
    items.push_back(std::move(item));
    return true;
  });
  return items;
}

}  // namespace beckon::emulator::dynamodb
