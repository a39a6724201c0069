// SPDX-License-Identifier: Apache-2.0
#include "tests/support/backend/memory_database.h"

#include <algorithm>
#include <set>

#include "lambdas/backend/schema.h"
#include "tests/support/backend/conditions.h"

namespace beckon::tests {
namespace {

using base::ErrorCode;
using lambdas::Condition;
using lambdas::Item;
using lambdas::QueryPage;
using lambdas::QueryRequest;
using lambdas::TransactWrite;
using lambdas::Update;

constexpr std::size_t kTransactionWritesMax = 100;
constexpr std::size_t kItemBytesMax = 400 * 1024;

std::unexpected<base::Error> invalid(std::string text) {
  return base::fail(ErrorCode::kInvalid, "ValidationException: " + std::move(text));
}

std::unexpected<base::Error> condition_failed() {
  return base::fail(ErrorCode::kConflict, "the conditional request failed");
}

std::size_t bytes_of(const Item& item) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : item) {
    bytes += name.size() + 1;
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
    if (const auto* number = std::get_if<lambdas::Number>(&value)) bytes += number->text.size();
  }
  return bytes;
}

bool in_range(const std::string& sort, const lambdas::KeyRange& range) {
  if (range.begins_with) return sort.starts_with(*range.begins_with);
  return (!range.from || sort >= *range.from) && (!range.to || sort <= *range.to);
}

}  // namespace

MemoryDatabase::MemoryDatabase() {
  namespace schema = lambdas::schema;
  add_table("connections", {schema::kUserId, schema::kConnectionId, {}});
  add_table("streams", {schema::kUserId, schema::kSk, {{schema::kLookupIndex, schema::kLookupId}}});
  add_table("devices", {schema::kDeviceId, "", {{schema::kUserIndex, schema::kUserId}}});
}

void MemoryDatabase::add_table(const std::string& name, MemoryTable table) {
  tables_[name] = {std::move(table), {}};
}

MemoryDatabase::Rows& MemoryDatabase::rows(const std::string& table) {
  return tables_.at(table).rows;
}

std::size_t MemoryDatabase::remove_expired(const std::string& table, std::int64_t now_s) {
  return std::erase_if(rows(table), [now_s](const auto& row) {
    const auto expires_at_s = lambdas::integer_of(row.second, lambdas::schema::kExpiresAt);
    return expires_at_s && *expires_at_s <= now_s;
  });
}

base::Result<MemoryDatabase::Stored*> MemoryDatabase::find(const std::string& table) {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return base::fail(ErrorCode::kNotFound, "no table " + table);
  return &found->second;
}

base::Result<MemoryDatabase::Key> MemoryDatabase::key_of(const MemoryTable& shape,
                                                         const Item& item) {
  const auto partition = lambdas::string_of(item, shape.partition_key);
  if (!partition || partition->empty()) return invalid("no key " + shape.partition_key);
  Key key{*partition, ""};
  if (shape.sort_key.empty()) return key;
  const auto sort = lambdas::string_of(item, shape.sort_key);
  if (!sort || sort->empty()) return invalid("no key " + shape.sort_key);
  key.second = *sort;
  return key;
}

base::Result<MemoryDatabase::Key> MemoryDatabase::exact_key(const MemoryTable& shape,
                                                            const Item& key) {
  if (key.size() != (shape.sort_key.empty() ? 1U : 2U)) {
    return invalid("the provided key element does not match the schema");
  }
  return key_of(shape, key);
}

Item MemoryDatabase::key_item(const MemoryTable& shape, const Key& key) {
  Item item = {{shape.partition_key, key.first}};
  if (!shape.sort_key.empty()) item[shape.sort_key] = key.second;
  return item;
}

base::Status MemoryDatabase::check_update(const MemoryTable& shape, const Update& update) {
  std::set<std::string> names;
  const auto add = [&](const std::string& name) {
    return name != shape.partition_key && name != shape.sort_key && names.insert(name).second;
  };
  bool ok = true;
  for (const auto& [name, value] : update.set) ok = add(name) && ok;
  for (const std::string& name : update.remove) ok = add(name) && ok;
  for (const auto& [name, amount] : update.add) ok = add(name) && ok;
  if (!ok) return invalid("an update names a key or the same attribute twice");
  return {};
}

base::Result<std::optional<Item>> MemoryDatabase::get(const std::string& table, const Item& key) {
  const auto stored = find(table);
  if (!stored) return std::unexpected(stored.error());
  const auto exact = exact_key((*stored)->shape, key);
  if (!exact) return std::unexpected(exact.error());
  const auto row = (*stored)->rows.find(*exact);
  if (row == (*stored)->rows.end()) return std::optional<Item>();
  return std::optional<Item>(row->second);
}

base::Status MemoryDatabase::put(const std::string& table, const Item& item,
                                 const Condition& condition) {
  TransactWrite write;
  write.table = table;
  write.item = item;
  write.condition = condition;
  return transact({write}, nullptr);
}

base::Result<Item> MemoryDatabase::update(const std::string& table, const Item& key,
                                          const Update& update, const Condition& condition) {
  TransactWrite write;
  write.kind = TransactWrite::Kind::kUpdate;
  write.table = table;
  write.key = key;
  write.update = update;
  write.condition = condition;
  if (const auto done = transact({write}, nullptr); !done) return std::unexpected(done.error());
  return **get(table, key);
}

base::Status MemoryDatabase::remove(const std::string& table, const Item& key,
                                    const Condition& condition) {
  TransactWrite write;
  write.kind = TransactWrite::Kind::kDelete;
  write.table = table;
  write.key = key;
  write.condition = condition;
  return transact({write}, nullptr);
}

base::Result<QueryPage> MemoryDatabase::query(const QueryRequest& request) {
  const auto stored = find(request.table);
  if (!stored) return std::unexpected(stored.error());
  const MemoryTable& shape = (*stored)->shape;
  const auto index = std::ranges::find(shape.indexes, request.index, &MemoryIndex::name);
  const bool by_index = !request.index.empty();
  if (by_index && index == shape.indexes.end()) return invalid("no index " + request.index);
  if (by_index && request.consistent) {
    return invalid("consistent reads are not supported on global secondary indexes");
  }
  const std::string& partition_key = by_index ? index->partition_key : shape.partition_key;
  if (request.partition_key != partition_key) return invalid("query condition missed key schema");
  if (request.limit && *request.limit < 1) return invalid("limit below 1");
  if (!request.sort_key.empty() && (by_index || request.sort_key != shape.sort_key)) {
    return invalid("query key condition not supported");
  }
  std::vector<const Rows::value_type*> matching;
  for (const auto& row : (*stored)->rows) {
    if (lambdas::string_of(row.second, partition_key) != request.partition_value) continue;
    if (!request.sort_key.empty() && !in_range(row.first.second, request.range)) continue;
    matching.push_back(&row);
  }
  if (request.descending) std::ranges::reverse(matching);
  auto from = matching.begin();
  if (!request.exclusive_start_key.empty()) {
    const auto start = key_of(shape, request.exclusive_start_key);
    if (!start) return std::unexpected(start.error());
    from = std::ranges::find_if(matching, [&](const Rows::value_type* row) {
      const bool after = *start < row->first;
      return request.descending ? row->first != *start && !after : after;
    });
  }
  const std::size_t rows_max =
      std::min(page_rows_max_, static_cast<std::size_t>(request.limit.value_or(1 << 30)));
  QueryPage page;
  for (; from != matching.end() && page.items.size() < rows_max; ++from) {
    page.items.push_back((*from)->second);
    // As DynamoDB does: a page that is full has a key, even if nothing follows.
    if (page.items.size() == rows_max) page.last_evaluated_key = key_item(shape, (*from)->first);
  }
  return page;
}

base::Result<QueryPage> MemoryDatabase::scan(const std::string& table,
                                             const Item& exclusive_start_key) {
  const auto stored = find(table);
  if (!stored) return std::unexpected(stored.error());
  auto from = (*stored)->rows.begin();
  if (!exclusive_start_key.empty()) {
    const auto start = key_of((*stored)->shape, exclusive_start_key);
    if (!start) return std::unexpected(start.error());
    from = (*stored)->rows.upper_bound(*start);
  }
  QueryPage page;
  for (; from != (*stored)->rows.end() && page.items.size() < page_rows_max_; ++from) {
    page.items.push_back(from->second);
    if (page.items.size() == page_rows_max_) {
      page.last_evaluated_key = key_item((*stored)->shape, from->first);
    }
  }
  return page;
}

base::Status MemoryDatabase::transact(const std::vector<TransactWrite>& writes, int* failed_index) {
  if (failed_index != nullptr) *failed_index = -1;
  if (writes.empty() || writes.size() > kTransactionWritesMax) return invalid("1 to 100 writes");
  std::set<std::pair<std::string, Key>> touched;
  std::vector<Key> keys;
  for (const TransactWrite& write : writes) {
    const auto stored = find(write.table);
    if (!stored) return std::unexpected(stored.error());
    const bool is_put = write.kind == TransactWrite::Kind::kPut;
    const auto key =
        is_put ? key_of((*stored)->shape, write.item) : exact_key((*stored)->shape, write.key);
    if (!key) return std::unexpected(key.error());
    if (!touched.insert({write.table, *key}).second) return invalid("one item twice");
    if (bytes_of(write.item) > kItemBytesMax) return invalid("item size above 400 KB");
    if (const auto checked = check_update((*stored)->shape, write.update); !checked) return checked;
    keys.push_back(*key);
  }
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const Rows& rows = tables_.at(writes[i].table).rows;
    const auto row = rows.find(keys[i]);
    if (holds(writes[i].condition, row == rows.end() ? nullptr : &row->second)) continue;
    if (failed_index != nullptr) *failed_index = static_cast<int>(i);
    return condition_failed();
  }
  for (std::size_t i = 0; i < writes.size(); ++i) {
    Stored& stored = tables_.at(writes[i].table);
    switch (writes[i].kind) {
      case TransactWrite::Kind::kPut: stored.rows[keys[i]] = writes[i].item; break;
      case TransactWrite::Kind::kDelete: stored.rows.erase(keys[i]); break;
      case TransactWrite::Kind::kConditionCheck: break;
      case TransactWrite::Kind::kUpdate:
        apply(writes[i].update,
              stored.rows.try_emplace(keys[i], key_item(stored.shape, keys[i])).first->second);
        break;
    }
  }
  return {};
}

}  // namespace beckon::tests
