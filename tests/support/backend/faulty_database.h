// SPDX-License-Identifier: Apache-2.0
// Faults around any database: throttling, answers that get lost before or after the write, other
// transactions in the way, and other people's work in between two calls.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/support/backend/every_call.h"

namespace beckon::tests {

enum class Fault {
  kNone,
  kUnavailable,  // nothing happens
  kLostRequest,  // nothing happens, but the caller cannot know
  kLostAnswer,   // it happens, but the caller cannot know
  kInTheWay,     // writes: another transaction holds an item; nothing happens. Reads: kNone
};

class FaultyDatabase final : public EveryCall<FaultyDatabase> {
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

 private:
  friend class EveryCall<FaultyDatabase>;

  // Runs the call unless the fault prevents it, and hides its result if the answer is lost.
  template <class Call>
  auto each(Operation operation, const std::string& table, const Call& call)
      -> decltype(call(std::declval<lambdas::Database&>())) {
    const Fault fault = next(operation, table);
    if (fault == Fault::kNone) return call(*inner_);
    if (fault == Fault::kLostAnswer) static_cast<void>(call(*inner_));
    return error_of(fault);
  }

  static std::unexpected<base::Error> error_of(Fault fault);
  Fault next(Operation operation, const std::string& table);

  lambdas::Database* inner_;
  Decide decide_;
  int calls_ = 0;
  std::map<Operation, int> calls_by_operation_;
};

}  // namespace beckon::tests
