// SPDX-License-Identifier: Apache-2.0
#include "tests/support/backend/faulty_database.h"

namespace beckon::tests {
namespace {

using base::ErrorCode;
using lambdas::Item;

std::unexpected<base::Error> error_of(Fault fault) {
  if (fault == Fault::kInTheWay) {
    return base::fail(ErrorCode::kConflict, "another transaction is in the way");
  }
  if (fault == Fault::kUnavailable) return base::fail(ErrorCode::kUnavailable, "throttled");
  return base::fail(ErrorCode::kTimeout, "no answer");
}

// Runs the call unless the fault prevents it, and hides its result if the answer is lost.
template <class Call>
auto with(Fault fault, Call call) -> decltype(call()) {
  if (fault == Fault::kNone) return call();
  if (fault == Fault::kLostAnswer) static_cast<void>(call());
  return error_of(fault);
}

}  // namespace

int FaultyDatabase::calls(Operation operation) const {
  const auto found = calls_by_operation_.find(operation);
  return found == calls_by_operation_.end() ? 0 : found->second;
}

void FaultyDatabase::reset_calls() {
  calls_ = 0;
  calls_by_operation_.clear();
}

Fault FaultyDatabase::next(Operation operation, const std::string& table) {
  ++calls_;
  ++calls_by_operation_[operation];
  const Fault fault = decide_ ? decide_(operation, table) : Fault::kNone;
  const bool reads = operation == Operation::kGet || operation == Operation::kQuery;
  return reads && fault == Fault::kInTheWay ? Fault::kNone : fault;
}

base::Result<std::optional<Item>> FaultyDatabase::get(const std::string& table, const Item& key) {
  return with(next(Operation::kGet, table), [&] { return inner_->get(table, key); });
}

base::Status FaultyDatabase::put(const std::string& table, const Item& item,
                                 const lambdas::Condition& condition) {
  return with(next(Operation::kPut, table), [&] { return inner_->put(table, item, condition); });
}

base::Result<Item> FaultyDatabase::update(const std::string& table, const Item& key,
                                          const lambdas::Update& update,
                                          const lambdas::Condition& condition) {
  return with(next(Operation::kUpdate, table),
              [&] { return inner_->update(table, key, update, condition); });
}

base::Status FaultyDatabase::remove(const std::string& table, const Item& key,
                                    const lambdas::Condition& condition) {
  return with(next(Operation::kRemove, table),
              [&] { return inner_->remove(table, key, condition); });
}

base::Result<lambdas::QueryPage> FaultyDatabase::query(const lambdas::QueryRequest& request) {
  return with(next(Operation::kQuery, request.table), [&] { return inner_->query(request); });
}

base::Status FaultyDatabase::transact(const std::vector<lambdas::TransactWrite>& writes,
                                      int* failed_index) {
  const Fault fault = next(Operation::kTransact, writes.empty() ? "" : writes.front().table);
  if (fault != Fault::kNone && failed_index != nullptr) *failed_index = -1;
  return with(fault, [&] { return inner_->transact(writes, failed_index); });
}

}  // namespace beckon::tests
