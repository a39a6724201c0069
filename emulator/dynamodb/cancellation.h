// SPDX-License-Identifier: Apache-2.0
// TransactionCanceledException: a reason for every item of a transaction.
#pragma once

#include <string>
#include <vector>

#include "emulator/dynamodb/fault.h"

namespace beckon::emulator::dynamodb {

struct CancellationReason {
  std::string code = "None";
  std::string message;
  std::string members;  // Fault::members: the old item, if it was asked for
};

CancellationReason reason_of(const Fault& fault);
Fault cancelled(const std::vector<CancellationReason>& reasons);

// Runs step(item) for every item; if any of them throws a Fault of status 400, throws one
// cancellation with all reasons.
template <class Items, class Step>
void for_all(const Items& items, Step step) {
  std::vector<CancellationReason> reasons(items.size());
  bool failed = false;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      step(items[i]);
    } catch (const Fault& fault) {
      if (fault.status != 400) throw;
      reasons[i] = reason_of(fault);
      failed = true;
    }
  }
  if (failed) throw cancelled(reasons);
}

}  // namespace beckon::emulator::dynamodb
