// SPDX-License-Identifier: Apache-2.0
// SQLite as this folder uses it: a connection, prepared statements, transactions. Every failure is
// thrown as SqliteError; Store::open and DynamoDbService::handle catch it.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace beckon::emulator::dynamodb {

struct SqliteError : std::exception {
  explicit SqliteError(std::string text) : message(std::move(text)) {}
  const char* what() const noexcept override { return message.c_str(); }
  std::string message;  // what was tried, and SQLite's own text
};

// What SQLite holds of the heap, in bytes: page caches, statements, everything.
std::int64_t memory_used() noexcept;

class Statement {
 public:
  // Bound texts and blobs must live until the statement is reset.
  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);
  Statement& bind_null(int index);

  bool step();  // true: there is a row
  void run();   // steps to the end and resets
  void reset() noexcept;

  std::int64_t integer(int column) const;
  std::string_view bytes(int column) const;  // valid until the next step or reset
  bool is_null(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  void check(int code) const;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Resets the statement at the end of a scope, however it ends.
class Use {
 public:
  explicit Use(Statement& statement) : statement_(statement) {}
  ~Use() { statement_.reset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  Statement* operator->() { return &statement_; }

 private:
  Statement& statement_;
};

class Connection {
 public:
  explicit Connection(const std::string& path);  // ":memory:" or a file, made if absent
  void execute(const char* sql);
  Statement prepare(const char* sql);
  std::int64_t last_row_id() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace beckon::emulator::dynamodb
