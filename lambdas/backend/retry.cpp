// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/retry.h"

namespace beckon::lambdas {
namespace {

constexpr Backoff kBackoff{base::Duration(5), base::Duration(400)};

}  // namespace

bool Retry::wait() {
  // At least 1 ms, so that the deadline comes nearer even where nothing else takes time.
  const base::Duration delay = base::Duration(1) + kBackoff.delay(tries_, pace_.random());
  ++tries_;
  if (pace_.now() + delay >= deadline_) return false;
  pace_.wait(delay);
  return true;
}

}  // namespace beckon::lambdas
