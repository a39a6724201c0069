// SPDX-License-Identifier: Apache-2.0
// Opening, schema, items, transactions. Range reads are in store_ranges.cpp.
#include "emulator/dynamodb/store.h"

#include "emulator/dynamodb/store_statements.h"

namespace beckon::emulator::dynamodb {
namespace {

constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kSchema = R"sql(
CREATE TABLE tables(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL);
CREATE TABLE index_ids(id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE items(
  table_id INTEGER NOT NULL, slot INTEGER NOT NULL, hash BLOB NOT NULL, range BLOB NOT NULL,
  bytes INTEGER NOT NULL, expires_s INTEGER, item TEXT NOT NULL);
CREATE UNIQUE INDEX items_by_key ON items(table_id, slot, hash, range);
CREATE INDEX items_by_expiry ON items(table_id, expires_s) WHERE expires_s IS NOT NULL;
CREATE TABLE index_rows(
  index_id INTEGER NOT NULL, slot INTEGER NOT NULL, hash BLOB NOT NULL, range BLOB NOT NULL,
  base_hash BLOB NOT NULL, base_range BLOB NOT NULL,
  PRIMARY KEY(index_id, slot, hash, range, base_hash, base_range)) WITHOUT ROWID;
CREATE TABLE tokens(token TEXT PRIMARY KEY, digest INTEGER NOT NULL, expires_ms INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX tokens_by_expiry ON tokens(expires_ms);
PRAGMA user_version = 1;
)sql";

}  // namespace

int slot_of(std::string_view hash_key) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a, folded to 16 bits
  for (char c : hash_key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  hash ^= hash >> 32;
  hash ^= hash >> 16;
  return static_cast<int>(hash & 0xffff);
}

base::Result<std::unique_ptr<Store>> Store::open(const std::string& path) {
  try {
    return std::unique_ptr<Store>(new Store(path));
  } catch (const base::Error& error) {
    return std::unexpected(error);
  } catch (const SqliteError& error) {
    return base::fail(base::ErrorCode::kIo,
                      "cannot use " + path + " for DynamoDB's tables: " + error.message +
                          "; expected a writable directory with free space that no other emulator "
                          "uses");
  }
}

Store::Store(const std::string& path) : connection_(path) {
  // WAL without fsync per commit survives a killed process; EXCLUSIVE keeps a second emulator out
  // and needs no shared memory.
  connection_.execute(
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4000;");
  prepare_schema();
  sql_ = std::make_shared<Statements>(connection_);
}

void Store::prepare_schema() {
  Statement version = connection_.prepare("PRAGMA user_version");
  Statement tables = connection_.prepare("SELECT count(*) FROM sqlite_master");
  version.step();
  tables.step();
  const std::int64_t found = version.integer(0);
  const bool empty = tables.integer(0) == 0;
  version.reset();
  tables.reset();
  if (!empty && found != kSchemaVersion) {
    throw base::Error{base::ErrorCode::kInvalid,
                      "the database has schema version " + std::to_string(found) +
                          "; expected version " + std::to_string(kSchemaVersion) +
                          "; use the emulator that made it, or move the file away"};
  }
  connection_.execute(
      "BEGIN IMMEDIATE");  // takes the lock now, so that a second emulator fails now
  if (empty) connection_.execute(kSchema);
  connection_.execute("COMMIT");
}

std::vector<CatalogRow> Store::catalog() {
  std::vector<CatalogRow> rows;
  Use use(sql_->catalog);
  while (use->step()) {
    rows.push_back({use->integer(0), std::string(use->bytes(1)), std::string(use->bytes(2))});
  }
  return rows;
}

std::int64_t Store::add_table(std::string_view name, std::string_view definition) {
  sql_->add_table.bind_text(1, name).bind_text(2, definition).run();
  return connection_.last_row_id();
}

void Store::set_definition(std::int64_t table, std::string_view definition) {
  sql_->set_definition.bind(1, table).bind_text(2, definition).run();
}

void Store::drop_table(std::int64_t table, const std::vector<std::int64_t>& indexes) {
  for (std::int64_t index : indexes) drop_index(index);
  sql_->drop_items.bind(1, table).run();
  sql_->drop_table.bind(1, table).run();
}

std::int64_t Store::new_index_id() {
  sql_->new_index_id.run();
  return connection_.last_row_id();
}

void Store::drop_index(std::int64_t index) {
  sql_->drop_index.bind(1, index).run();
}

std::optional<StoredItem> Store::get(std::int64_t table, const KeyBytes& key) {
  Use use(sql_->get);
  use->bind(1, table).bind(2, slot_of(key.hash)).bind_blob(3, key.hash).bind_blob(4, key.range);
  if (!use->step()) return std::nullopt;
  return StoredItem{std::string(use->bytes(0)), static_cast<std::size_t>(use->integer(1))};
}

void Store::put(std::int64_t table, const KeyBytes& key, const StoredItem& item,
                std::optional<std::int64_t> expires_s) {
  Use use(sql_->put);
  use->bind(1, table).bind(2, slot_of(key.hash)).bind_blob(3, key.hash).bind_blob(4, key.range);
  use->bind(5, static_cast<std::int64_t>(item.bytes)).bind_text(7, item.json);
  if (expires_s) {
    use->bind(6, *expires_s);
  } else {
    use->bind_null(6);
  }
  use->step();
}

void Store::erase(std::int64_t table, const KeyBytes& key) {
  Use use(sql_->erase);
  use->bind(1, table).bind(2, slot_of(key.hash)).bind_blob(3, key.hash).bind_blob(4, key.range);
  use->step();
}

void Store::put_index_row(std::int64_t index, const Position& row) {
  Use use(sql_->put_index_row);
  use->bind(1, index).bind(2, slot_of(row.key.hash)).bind_blob(3, row.key.hash);
  use->bind_blob(4, row.key.range).bind_blob(5, row.base.hash).bind_blob(6, row.base.range);
  use->step();
}

void Store::erase_index_row(std::int64_t index, const Position& row) {
  Use use(sql_->erase_index_row);
  use->bind(1, index).bind(2, slot_of(row.key.hash)).bind_blob(3, row.key.hash);
  use->bind_blob(4, row.key.range).bind_blob(5, row.base.hash).bind_blob(6, row.base.range);
  use->step();
}

Store::Totals Store::totals(std::int64_t table) {
  Use use(sql_->totals);
  use->bind(1, table).step();
  return {use->integer(0), use->integer(1)};
}

std::int64_t Store::index_rows(std::int64_t index) {
  Use use(sql_->index_rows);
  use->bind(1, index).step();
  return use->integer(0);
}

std::optional<std::int64_t> Store::token_digest(std::string_view token, std::int64_t now_ms) {
  Use use(sql_->token_digest);
  use->bind_text(1, token).bind(2, now_ms);
  if (!use->step()) return std::nullopt;
  return use->integer(0);
}

void Store::keep_token(std::string_view token, std::int64_t digest, std::int64_t expires_ms,
                       std::int64_t now_ms) {
  sql_->drop_tokens.bind(1, now_ms).run();
  sql_->keep_token.bind_text(1, token).bind(2, digest).bind(3, expires_ms).run();
}

Store::Transaction::Transaction(Store& store) : store_(store) {
  store_.sql_->begin.run();
}

Store::Transaction::~Transaction() {
  if (!open_) return;
  try {
    store_.sql_->rollback.run();
  } catch (const SqliteError&) {  // NOLINT(bugprone-empty-catch): a destructor
    // SQLite has rolled back by itself, as it does when the disk is full.
  }
}

void Store::Transaction::commit() {
  store_.sql_->commit.run();
  open_ = false;
}

}  // namespace beckon::emulator::dynamodb
