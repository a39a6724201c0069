// SPDX-License-Identifier: Apache-2.0
#include "tests/support/backend/faulty_database.h"

namespace beckon::tests {

std::unexpected<base::Error> FaultyDatabase::error_of(Fault fault) {
  using base::ErrorCode;
  if (fault == Fault::kInTheWay) {
    return base::fail(ErrorCode::kConflict, "another transaction is in the way");
  }
  if (fault == Fault::kUnavailable) return base::fail(ErrorCode::kUnavailable, "throttled");
  return base::fail(ErrorCode::kTimeout, "no answer");
}

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

}  // namespace beckon::tests
