// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt to connect. Full jitter: uniform between 0 and a bound
// that doubles up to a cap, so that a fleet which lost its link together comes back spread out.
// docs/RELIABILITY.md has the figures that chose it. Decides the delay only; when to count is the
// session's.
#pragma once

#include "agent/random.h"
#include "agent/timing.h"
#include "common/base/time.h"

namespace beckon::agent {

enum class Setback {
  kLost,       // the link was up and is gone, or the network refused: full jitter
  kThrottled,  // 429: as if three attempts more had failed, and never at once; from the sixth on
               // the bound doubles beyond the cap, up to throttled_cap
  kRefused,    // 401 or 403: no network error; once soon with a fresh token, then minutes apart
};

class Backoff {
 public:
  // The delay before the next attempt; counts it.
  base::Duration next(Setback setback, const Timing& timing, Random& random);

  // A link was up long enough to forget what was before.
  void reset();
  // The server let the device in: the next refusal may be a stale token again, and the next 429 is
  // the first.
  void accepted();

  int failures() const { return failures_; }
  bool refused_repeatedly() const { return refused_count_ > 1; }

 private:
  int failures_ = 0;
  int refused_count_ = 0;
  int throttled_count_ = 0;
};

}  // namespace beckon::agent
