// SPDX-License-Identifier: Apache-2.0
// Every duration of the session, with its default and its reason. All can be set in the
// configuration ("timing"), within the bounds of kTimingFields, so that tests can compress time.
#pragma once

#include <span>

#include "common/base/time.h"

namespace beckon::agent {

using namespace std::chrono_literals;

struct Timing {
  base::Duration ack_delay = 1s;          // handled events are acknowledged together
  base::Duration heartbeat = 8min;        // API Gateway cuts after 10 min without traffic
  base::Duration heartbeat_spread = 30s;  // ±, at most a quarter of it; no fleet in step
  base::Duration answer_timeout = 30s;    // no `synced` by then: the link is dead (P-14)
  base::Duration connect_timeout = 20s;   // from the first packet to the end of the handshake
  base::Duration backoff_base = 1s;
  base::Duration backoff_cap = 60s;
  base::Duration throttled_cap = 5min;  // after many 429 in a row: the fleet is large
  base::Duration backoff_reset = 60s;   // online for this long: the next loss starts anew
  base::Duration refused_delay = 3min;  // after 401/403, ± half of it
  base::Duration renew_min = 95min;     // API Gateway cuts at 2 h; a random age spreads a fleet
  base::Duration renew_max = 115min;
  base::Duration ping = 4min;             // WebSocket pings, for NATs only; 0s: none
  base::Duration store_interval = 100ms;  // the cursor is written at most this often
  base::Duration clock_skew = 60s;  // by how much a signer's clock may be ahead of this one (P-76)
  base::Duration stop_grace = 4s;   // a planned shutdown waits this long for running actions
};

struct TimingField {
  const char* name;
  base::Duration Timing::* member;
  base::Duration min;
  base::Duration max;
};

// All fields by name.
std::span<const TimingField> timing_fields();

}  // namespace beckon::agent
