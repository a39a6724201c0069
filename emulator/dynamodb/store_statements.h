// SPDX-License-Identifier: Apache-2.0
// The store's SQL, prepared once. Only store.cpp and store_ranges.cpp include this.
#pragma once

#include "emulator/dynamodb/store.h"

namespace beckon::emulator::dynamodb {

struct Store::Statements {
  explicit Statements(Connection& db)
      : begin(db.prepare("BEGIN IMMEDIATE")),
        commit(db.prepare("COMMIT")),
        rollback(db.prepare("ROLLBACK")),
        catalog(db.prepare("SELECT id, name, definition FROM tables ORDER BY name")),
        add_table(db.prepare("INSERT INTO tables(name, definition) VALUES(?1, ?2)")),
        set_definition(db.prepare("UPDATE tables SET definition = ?2 WHERE id = ?1")),
        drop_table(db.prepare("DELETE FROM tables WHERE id = ?1")),
        drop_items(db.prepare("DELETE FROM items WHERE table_id = ?1")),
        new_index_id(db.prepare("INSERT INTO index_ids DEFAULT VALUES")),
        drop_index(db.prepare("DELETE FROM index_rows WHERE index_id = ?1")),
        get(db.prepare("SELECT item, bytes FROM items "
                       "WHERE table_id = ?1 AND slot = ?2 AND hash = ?3 AND range = ?4")),
        put(db.prepare("INSERT INTO items(table_id, slot, hash, range, bytes, expires_s, item) "
                       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                       "ON CONFLICT(table_id, slot, hash, range) DO UPDATE SET "
                       "bytes = excluded.bytes, expires_s = excluded.expires_s, "
                       "item = excluded.item")),
        erase(db.prepare("DELETE FROM items "
                         "WHERE table_id = ?1 AND slot = ?2 AND hash = ?3 AND range = ?4")),
        put_index_row(
            db.prepare("INSERT OR IGNORE INTO index_rows VALUES(?1, ?2, ?3, ?4, ?5, ?6)")),
        erase_index_row(
            db.prepare("DELETE FROM index_rows WHERE index_id = ?1 AND slot = ?2 AND hash = ?3 "
                       "AND range = ?4 AND base_hash = ?5 AND base_range = ?6")),
        totals(
            db.prepare("SELECT count(*), coalesce(sum(bytes), 0) FROM items WHERE table_id = ?1")),
        index_rows(db.prepare("SELECT count(*) FROM index_rows WHERE index_id = ?1")),
        expired(db.prepare("SELECT item, bytes FROM items WHERE table_id = ?1 "
                           "AND expires_s >= ?2 AND expires_s <= ?3 LIMIT ?4")),
        token_digest(db.prepare("SELECT digest FROM tokens WHERE token = ?1 AND expires_ms > ?2")),
        keep_token(db.prepare("INSERT OR REPLACE INTO tokens VALUES(?1, ?2, ?3)")),
        drop_tokens(db.prepare("DELETE FROM tokens WHERE expires_ms <= ?1")),
        query(db.prepare("SELECT item, bytes FROM items "
                         "WHERE table_id = ?1 AND slot = ?2 AND hash = ?3 "
                         "AND range >= ?4 AND range < ?5 ORDER BY range")),
        query_descending(db.prepare("SELECT item, bytes FROM items "
                                    "WHERE table_id = ?1 AND slot = ?2 AND hash = ?3 "
                                    "AND range >= ?4 AND range < ?5 ORDER BY range DESC")),
        scan(db.prepare("SELECT item, bytes FROM items WHERE table_id = ?1 "
                        "AND (slot, hash, range) >= (?2, ?3, ?4) AND slot < ?5 "
                        "ORDER BY slot, hash, range")),
        query_index(db.prepare("SELECT base_hash, base_range FROM index_rows "
                               "WHERE index_id = ?1 AND slot = ?2 AND hash = ?3 "
                               "AND (range, base_hash, base_range) >= (?4, ?5, ?6) AND range < ?7 "
                               "ORDER BY range, base_hash, base_range")),
        query_index_descending(
            db.prepare("SELECT base_hash, base_range FROM index_rows "
                       "WHERE index_id = ?1 AND slot = ?2 AND hash = ?3 "
                       "AND (range, base_hash, base_range) < (?4, ?5, ?6) AND range >= ?7 "
                       "ORDER BY range DESC, base_hash DESC, base_range DESC")),
        scan_index(db.prepare(
            "SELECT base_hash, base_range FROM index_rows WHERE index_id = ?1 "
            "AND (slot, hash, range, base_hash, base_range) >= (?2, ?3, ?4, ?5, ?6) AND slot < ?7 "
            "ORDER BY slot, hash, range, base_hash, base_range")) {}

  Statement begin, commit, rollback;
  Statement catalog, add_table, set_definition, drop_table, drop_items;
  Statement new_index_id, drop_index;
  Statement get, put, erase, put_index_row, erase_index_row;
  Statement totals, index_rows, expired;
  Statement token_digest, keep_token, drop_tokens;
  Statement query, query_descending, scan;
  Statement query_index, query_index_descending, scan_index;
};

}  // namespace beckon::emulator::dynamodb
