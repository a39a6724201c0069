// SPDX-License-Identifier: Apache-2.0
// The database as several functions at once see it: transactions are atomic, but a query may miss
// one row of a fresh one for a while (DynamoDB's queries are read-committed, not serializable; a
// get is). Tells a witness of everything that is stored. Faults are added around it, for each
// invocation.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lambdas/aws/database.h"
#include "tests/sim/context.h"
#include "tests/support/backend/every_call.h"
#include "tests/support/backend/memory_database.h"

namespace beckon::sim {

class CommitWitness {
 public:
  // This row has just been stored, together with the others of its transaction.
  virtual void committed(const std::string& table, const lambdas::Item& row) = 0;

 protected:
  ~CommitWitness() = default;
};

class Tables final : public tests::EveryCall<Tables> {
 public:
  Tables(Context& context, CommitWitness& witness);

  tests::MemoryDatabase& memory() { return memory_; }
  // What a query does not see yet is seen from now on.
  void settle() { veiled_.clear(); }

  base::Status put(const std::string& table, const lambdas::Item& item,
                   const lambdas::Condition& condition) override;
  base::Result<lambdas::Item> update(const std::string& table, const lambdas::Item& key,
                                     const lambdas::Update& update,
                                     const lambdas::Condition& condition) override;
  base::Result<lambdas::QueryPage> query(const lambdas::QueryRequest& request) override;
  base::Status transact(const std::vector<lambdas::TransactWrite>& writes,
                        int* failed_index) override;

 private:
  friend class tests::EveryCall<Tables>;

  // Calls that are not above.
  template <class Call>
  auto each(tests::Operation, const std::string&, const Call& call)
      -> decltype(call(std::declval<lambdas::Database&>())) {
    return call(memory_);
  }

  // A row as it was before a transaction.
  struct Veiled {
    std::string table;
    lambdas::Item key;
    std::optional<lambdas::Item> before;
    base::Instant until{};
  };

  std::optional<Veiled> veil_one_of(const std::vector<lambdas::TransactWrite>& writes);
  const Veiled* veil_of(const std::string& table, const lambdas::Item& row) const;

  Context& context_;
  CommitWitness& witness_;
  tests::MemoryDatabase memory_;
  std::vector<Veiled> veiled_;
};

}  // namespace beckon::sim
