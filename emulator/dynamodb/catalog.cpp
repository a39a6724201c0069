// SPDX-License-Identifier: Apache-2.0
#include "emulator/dynamodb/catalog.h"

#include <algorithm>
#include <cstdio>
#include <span>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/json/json.h"
#include "common/json/writer.h"
#include "emulator/dynamodb/fault.h"
#include "emulator/dynamodb/key.h"
#include "emulator/dynamodb/value_json.h"

namespace beckon::emulator::dynamodb {
namespace {

void write_key(json::Writer& writer, const char* name, const KeyModel& key) {
  writer.key(name).begin_object();
  writer.member("name", key.name).member("type", std::string(1, key.type)).end_object();
}

std::string definition_of(const Table& table) {
  json::Writer writer;
  writer.begin_object();
  write_key(writer, "hash", table.hash);
  if (table.range) write_key(writer, "range", *table.range);
  writer.key("indexes").begin_array();
  for (const auto& index : table.indexes) {
    writer.begin_object().member("id", index.id).member("name", index.model.name);
    write_key(writer, "hash", index.model.hash);
    if (index.model.range) write_key(writer, "range", *index.model.range);
    writer.member("projection", index.model.projection).member("local", index.model.local);
    writer.key("included").begin_array();
    for (const auto& name : index.model.included) writer.string(name);
    writer.end_array().end_object();
  }
  writer.end_array();
  writer.member("ttl", table.ttl_attribute).member("billing", table.billing_mode);
  writer.member("read_units", table.read_units).member("write_units", table.write_units);
  writer.member("created_ms", table.created_ms).member("uuid", table.uuid);
  return writer.end_object().take();
}

KeyModel read_key(json::View view) {
  const std::string_view type = view["type"].string_or("S");
  return {std::string(view["name"].string_or("")), type.empty() ? 'S' : type[0]};
}

Table read_definition(const CatalogRow& row) {
  const auto document = json::parse(row.definition, json::kDepthMaxHost);
  if (!document) throw internal_error();
  const json::View view = document->root();
  Table table;
  table.id = row.id;
  table.name = row.name;
  table.hash = read_key(view["hash"]);
  if (view["range"].exists()) table.range = read_key(view["range"]);
  for (json::View entry : view["indexes"]) {
    Index index;
    index.id = entry["id"].integer().value_or(0);
    index.model.name = entry["name"].string_or("");
    index.model.hash = read_key(entry["hash"]);
    if (entry["range"].exists()) index.model.range = read_key(entry["range"]);
    index.model.projection = entry["projection"].string_or("ALL");
    index.model.local = entry["local"].boolean().value_or(false);
    for (json::View name : entry["included"]) index.model.included.emplace_back(name.string_or(""));
    table.indexes.push_back(std::move(index));
  }
  table.ttl_attribute = view["ttl"].string_or("");
  table.billing_mode = view["billing"].string_or("PAY_PER_REQUEST");
  table.read_units = view["read_units"].integer().value_or(0);
  table.write_units = view["write_units"].integer().value_or(0);
  table.created_ms = view["created_ms"].integer().value_or(0);
  table.uuid = view["uuid"].string_or("");
  return table;
}

std::string random_uuid() {
  std::uint8_t bytes[16];
  base::random_bytes(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  std::string hex = base::hex_lower({reinterpret_cast<const char*>(bytes), sizeof bytes});
  for (std::size_t at : {8u, 13u, 18u, 23u}) hex.insert(at, "-");
  return hex;
}

bool same_key(const KeyModel& a, const KeyModel& b) {
  return a.name == b.name && a.type == b.type;
}

bool same_key(const std::optional<KeyModel>& a, const std::optional<KeyModel>& b) {
  return a.has_value() == b.has_value() && (!a || same_key(*a, *b));
}

bool same_index(const IndexModel& a, const IndexModel& b) {
  return a.name == b.name && same_key(a.hash, b.hash) && same_key(a.range, b.range);
}

std::string key_text(const KeyModel& hash, const std::optional<KeyModel>& range) {
  std::string text = hash.name + " (" + hash.type + ")";
  if (range) text += ", " + range->name + " (" + range->type + ")";
  return text;
}

}  // namespace

const Index* Table::index(std::string_view index_name) const {
  for (const auto& entry : indexes) {
    if (entry.model.name == index_name) return &entry;
  }
  return nullptr;
}

Catalog::Catalog(Store& store) : store_(store) {
  for (const auto& row : store_.catalog()) {
    tables_.emplace(row.name, std::make_unique<Table>(read_definition(row)));
  }
}

const Table* Catalog::find(std::string_view name) const {
  const auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : found->second.get();
}

const Table& Catalog::add(Table table) {
  BECKON_ASSERT(!tables_.contains(table.name));
  Store::Transaction transaction(store_);
  table.uuid = random_uuid();
  for (auto& index : table.indexes) index.id = store_.new_index_id();
  table.id = store_.add_table(table.name, definition_of(table));
  transaction.commit();
  auto& slot = tables_[table.name];
  slot = std::make_unique<Table>(std::move(table));
  return *slot;
}

void Catalog::remove(std::string_view name) {
  const auto found = tables_.find(name);
  BECKON_ASSERT(found != tables_.end());
  std::vector<std::int64_t> indexes;
  for (const auto& index : found->second->indexes) indexes.push_back(index.id);
  Store::Transaction transaction(store_);
  store_.drop_table(found->second->id, indexes);
  transaction.commit();
  tables_.erase(found);
}

void Catalog::save(const Table& table) {
  store_.set_definition(table.id, definition_of(table));
}

void Catalog::set_ttl(std::string_view name, const std::string& attribute) {
  Table& table = *tables_.find(name)->second;
  // Collected first: a visitor may not write.
  std::vector<StoredItem> rows;
  store_.scan(table.id, {}, [&](StoredItem row) {
    rows.push_back(std::move(row));
    return true;
  });
  Store::Transaction transaction(store_);
  for (const auto& row : rows) {
    const Item item = stored_item(row.json);
    store_.put(table.id, key_of(item, table), row, expiry_of(item, attribute));
  }
  table.ttl_attribute = attribute;
  save(table);
  transaction.commit();
}

void Catalog::rebuild_indexes(Table& table, const std::vector<IndexModel>& wanted) {
  std::vector<Index> indexes;
  std::vector<Index> fresh;
  for (const auto& model : wanted) {
    const auto old = std::find_if(table.indexes.begin(), table.indexes.end(),
                                  [&](const Index& i) { return same_index(i.model, model); });
    if (old != table.indexes.end()) {
      indexes.push_back({old->id, model});
    } else {
      indexes.push_back({store_.new_index_id(), model});
      fresh.push_back(indexes.back());
    }
  }
  for (const auto& old : table.indexes) {
    const bool kept =
        std::any_of(indexes.begin(), indexes.end(), [&](const Index& i) { return i.id == old.id; });
    if (!kept) store_.drop_index(old.id);
  }
  table.indexes = std::move(indexes);
  if (fresh.empty()) return;
  std::vector<std::pair<std::int64_t, Position>> rows;
  store_.scan(table.id, {}, [&](const StoredItem& row) {
    const Item item = stored_item(row.json);
    for (const auto& index : fresh) {
      const auto key = index_key_of(item, index.model);
      if (key) rows.push_back({index.id, {*key, key_of(item, table)}});
    }
    return true;
  });
  for (const auto& [index, row] : rows) store_.put_index_row(index, row);
}

base::Status Catalog::adopt(const TableModel& model, std::int64_t now_ms) {
  const auto found = tables_.find(model.name);
  if (found == tables_.end()) {
    Table table;
    table.name = model.name;
    table.hash = model.hash;
    table.range = model.range;
    for (const auto& index : model.indexes) table.indexes.push_back({0, index});
    table.ttl_attribute = model.ttl_attribute;
    table.billing_mode = model.billing_mode;
    table.created_ms = now_ms;
    add(std::move(table));
    return {};
  }
  Table& table = *found->second;
  if (!same_key(table.hash, model.hash) || !same_key(table.range, model.range)) {
    return base::fail(base::ErrorCode::kInvalid,
                      "table " + model.name + " is kept with the key " +
                          key_text(table.hash, table.range) + " but the template says " +
                          key_text(model.hash, model.range) +
                          "; delete the table or the data directory, or take the old template");
  }
  {
    Store::Transaction transaction(store_);
    rebuild_indexes(table, model.indexes);
    table.billing_mode = model.billing_mode;
    save(table);
    transaction.commit();
  }
  if (table.ttl_attribute != model.ttl_attribute) set_ttl(table.name, model.ttl_attribute);
  return {};
}

}  // namespace beckon::emulator::dynamodb
