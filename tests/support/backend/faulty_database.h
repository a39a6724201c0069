// SPDX-License-Identifier: Apache-2.0
// Faults around any database: throttling, answers that get lost before or after the write, other
// transactions in the way, and other people's work in between two calls.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "lambdas/aws/database.h"

namespace beckon::tests {

enum class Operation { kGet, kPut, kUpdate, kRemove, kQuery, kTransact };

enum class Fault {
  kNone,
  kUnavailable,  // nothing happens
  kLostRequest,  // nothing happens, but the caller cannot know
  kLostAnswer,   // it happens, but the caller cannot know
  kInTheWay,     // writes: another transaction holds an item; nothing happens. Reads: kNone
};

class FaultyDatabase final : public lambdas::Database {
 public:
  // Asked before every call, with the table of its first write; may itself use the inner database
  // or run whole handlers: that is what happens "meanwhile".
  using Decide = std::function<Fault(Operation operation, const std::string& table)>;

  explicit FaultyDatabase(lambdas::Database& inner) : inner_(&inner) {}
  void set_inner(lambdas::Database& inner) { inner_ = &inner; }
  void set_decide(Decide decide) { decide_ = std::move(decide); }

  // Calls since the last reset, also those that failed.
  int calls() const { return calls_; }
  int calls(Operation operation) const;
  void reset_calls();

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

 private:
  Fault next(Operation operation, const std::string& table);

  lambdas::Database* inner_;
  Decide decide_;
  int calls_ = 0;
  std::map<Operation, int> calls_by_operation_;
};

}  // namespace beckon::tests
