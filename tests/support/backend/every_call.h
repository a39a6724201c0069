// SPDX-License-Identifier: Apache-2.0
// A database in which every call goes through one function of the derived class, which is given the
// call to run on any other database: what wrappers around databases have in common.
#pragma once

#include <string>
#include <vector>

#include "lambdas/aws/database.h"

namespace beckon::tests {

enum class Operation { kGet, kPut, kUpdate, kRemove, kQuery, kTransact };

// Derived has a template each(operation, table, call): table is that of the first write, call takes
// a lambdas::Database& and gives the operation's result. Before kTransact *failed_index is -1.
// With Derived as a friend GCC would call the destructor accessible, and warn.
template <class Derived>
class EveryCall : public lambdas::Database {  // NOLINT(bugprone-crtp-constructor-accessibility)
 public:
  base::Result<std::optional<lambdas::Item>> get(const std::string& table,
                                                 const lambdas::Item& key) override {
    return self().each(Operation::kGet, table, [&](Database& to) { return to.get(table, key); });
  }
  base::Status put(const std::string& table, const lambdas::Item& item,
                   const lambdas::Condition& condition) override {
    return self().each(Operation::kPut, table,
                       [&](Database& to) { return to.put(table, item, condition); });
  }
  base::Result<lambdas::Item> update(const std::string& table, const lambdas::Item& key,
                                     const lambdas::Update& update,
                                     const lambdas::Condition& condition) override {
    return self().each(Operation::kUpdate, table,
                       [&](Database& to) { return to.update(table, key, update, condition); });
  }
  base::Status remove(const std::string& table, const lambdas::Item& key,
                      const lambdas::Condition& condition) override {
    return self().each(Operation::kRemove, table,
                       [&](Database& to) { return to.remove(table, key, condition); });
  }
  base::Result<lambdas::QueryPage> query(const lambdas::QueryRequest& request) override {
    return self().each(Operation::kQuery, request.table,
                       [&](Database& to) { return to.query(request); });
  }
  base::Status transact(const std::vector<lambdas::TransactWrite>& writes,
                        int* failed_index) override {
    if (failed_index != nullptr) *failed_index = -1;
    return self().each(Operation::kTransact, writes.empty() ? std::string() : writes.front().table,
                       [&](Database& to) { return to.transact(writes, failed_index); });
  }

 protected:
  ~EveryCall() = default;

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace beckon::tests
