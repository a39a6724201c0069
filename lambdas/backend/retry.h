// SPDX-License-Identifier: Apache-2.0
// How long to wait before a database call that lost a race is tried again: full jitter, so that
// those who collided do not collide again, and never past the deadline.
#pragma once

#include "lambdas/aws/pace.h"

namespace beckon::lambdas {

class Retry {
 public:
  Retry(Pace& pace, base::Instant deadline) : pace_(pace), deadline_(deadline) {}

  // Waits uniform(0, min(400 ms, 5 ms·2^n)), plus 1 ms, at the n-th call. False, without waiting,
  // if the deadline would pass: give up.
  bool wait();

 private:
  Pace& pace_;
  base::Instant deadline_;
  int tries_ = 0;
};

}  // namespace beckon::lambdas
