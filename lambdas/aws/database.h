// SPDX-License-Identifier: Apache-2.0
// DynamoDB as the handlers see it: a port. The real client is dynamodb_client.h; tests and the
// simulation have an in-memory one. Conditions and updates are structures, not expression text, so
// that both sides can evaluate them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/error.h"

namespace beckon::lambdas {

// One attribute: S, N (decimal text, as DynamoDB sends it) or BOOL. Attributes of other types are
// not used by any table of ours and are left out of items that are read.
struct Number {
  std::string text;
  bool operator==(const Number&) const = default;
};
using AttributeValue = std::variant<std::string, Number, bool>;
AttributeValue number(std::int64_t value);

using Item = std::map<std::string, AttributeValue>;

// Reads of an item's attributes; none if absent or of another type.
std::optional<std::string_view> string_of(const Item& item, const std::string& name);
std::optional<std::int64_t> integer_of(const Item& item, const std::string& name);

struct Term {
  enum class Op { kExists, kNotExists, kEquals, kLess, kLessOrEquals, kGreater, kGreaterOrEquals };
  std::string attribute;
  Op op = Op::kExists;
  AttributeValue value = false;  // not used by kExists, kNotExists
};

// True if all terms of any one group hold; no groups: always true.
struct Condition {
  std::vector<std::vector<Term>> any_of;
};

struct Update {
  Item set;
  std::vector<std::string> remove;
  std::map<std::string, std::int64_t> add;  // numbers; an absent attribute counts as 0
};

struct KeyRange {  // of the sort key, which is a string in every table of ours that has one
  std::optional<std::string> begins_with;  // either this,
  std::optional<std::string> from;         // or these, both inclusive
  std::optional<std::string> to;
};

struct QueryRequest {
  std::string table;
  std::string index;          // "" for the table itself
  std::string partition_key;  // the attribute's name
  std::string partition_value;
  std::string sort_key;  // the attribute's name; "" if `range` is not used
  KeyRange range;
  bool consistent = true;  // must be false with an index
  bool descending = false;
  std::optional<int> limit;  // rows evaluated at most, in this call
  Item exclusive_start_key;  // empty: from the beginning
};

struct QueryPage {
  std::vector<Item> items;
  Item last_evaluated_key;  // empty: that was all
};

struct TransactWrite {
  enum class Kind { kPut, kUpdate, kDelete, kConditionCheck };
  Kind kind = Kind::kPut;
  std::string table;
  Item key;       // for kPut: unused
  Item item;      // for kPut
  Update update;  // for kUpdate
  Condition condition;
};

// Errors of every call: kUnavailable (throttled or unreachable, after the client's own retries),
// kTimeout (no answer: the write may have happened), kInvalid (DynamoDB's ValidationException),
// kDenied, kNotFound (no such table). Writes also: kConflict (the condition did not hold).
class Database {
 public:
  virtual base::Result<std::optional<Item>> get(const std::string& table,
                                                const Item& key) = 0;  // consistent
  virtual base::Status put(const std::string& table, const Item& item,
                           const Condition& condition) = 0;
  // The item as it is after the update (made if it was absent).
  virtual base::Result<Item> update(const std::string& table, const Item& key, const Update& update,
                                    const Condition& condition) = 0;
  virtual base::Status remove(const std::string& table, const Item& key,
                              const Condition& condition) = 0;
  virtual base::Result<QueryPage> query(const QueryRequest& request) = 0;
  // All or nothing. kConflict: failed_index tells the first write whose condition did not hold, or
  // -1 if another transaction was in the way (retry).
  virtual base::Status transact(const std::vector<TransactWrite>& writes, int* failed_index) = 0;

 protected:
  ~Database() = default;
};

// Reading a whole table, page by page: its cost grows with everything that is stored. A port of its
// own, so that only those who are meant to can do it: operators' tools, and `send` to everyone. The
// real client of Database is one of this, too. Not consistent; errors as above.
class TableScan {
 public:
  virtual base::Result<QueryPage> scan(const std::string& table,
                                       const Item& exclusive_start_key) = 0;

 protected:
  ~TableScan() = default;
};

}  // namespace beckon::lambdas
