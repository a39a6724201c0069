// SPDX-License-Identifier: Apache-2.0
// One connection of a session, from the attempt on: the state that ends with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "agent/ports.h"
#include "common/base/time.h"

namespace beckon::agent {

struct Link {
  Attempt attempt = 0;  // 0: there is none
  bool open = false;
  bool synced = false;  // its first sync is answered
  bool sync_in_flight = false;
  int sync_failures = 0;              // in a row
  std::size_t reports_in_flight = 0;  // failed reports that the sync in flight carries
  std::size_t asked_bytes = 0;        // how long an answer the sync in flight asks for
  std::uint64_t asked_after = 0;      // after which event
  base::Instant timeout_at{};  // connecting: the handshake's end; sync in flight: the answer's
  base::Instant heartbeat_at{};
  base::Instant sync_not_before{};  // a pause after a failed or a fruitless sync
  bool probe = false;               // sync as soon as possible, to see whether the link lives
};

}  // namespace beckon::agent
