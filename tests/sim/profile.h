// SPDX-License-Identifier: Apache-2.0
// What kind of world a seed is: its size, and which troubles it has and how often. Each seed has a
// random half of the troubles ("swarm testing"): where everything happens at once, much is hidden.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "common/base/time.h"
#include "tests/sim/dice.h"

namespace beckon::sim {

enum class Trouble : std::uint8_t {
  // Handshakes.
  kHandshakeUnanswered,
  kHandshakeFails,      // no HTTP answer, at once
  kHandshakeForbidden,  // 403
  kHandshakeThrottled,  // 429
  kHandshakeError,      // 500
  kOpensLate,           // its function has said yes, but the connection is not there yet
  kPostedMeanwhile,     // somebody posts to its user
  kOpenedUnheard,       // the gateway has a connection that the device never hears of
  // Links; the half-open ones look fine to somebody.
  kLinkCut,           // both sides see it
  kLinkEndsPolitely,  // the gateway closes with a close frame
  kGatewaySideEnds,   // the device does not learn it
  kDeviceSideEnds,    // the gateway does not learn it
  kUpSwallowed,       // what the device sends vanishes from now on
  kDownSwallowed,     // what the device is sent vanishes from now on
  kFrameSlow,
  // @connections.
  kPostVanishes,  // 200, and it never arrives
  kPostThrottled,
  kPostFails,
  kCloseFails,
  // Functions.
  kNeverRuns,       // throttled: the invocation fails
  kStartsSlowly,    // a cold start
  kDies,            // at a database call, or before its answer
  kAnswerTooLate,   // the gateway gives up while it runs
  kAnswerVanishes,  // it ran, but nothing comes back
  kDisconnectLate,
  kDisconnectMissing,
  // Events on the bus.
  kDeliveredTwice,
  kDeliveredLate,
  kBadEvent,
  // The database.
  kDatabaseThrottled,
  kRequestLost,
  kAnswerLost,
  kInTheWay,
  kDatabaseSlow,
  kQueriesLag,  // a query does not see all of a fresh transaction
  kSmallPages,
  kRowsExpire,  // DynamoDB's lazy removal
  kRestored,    // the streams table, from a backup, with a new epoch
  // Devices.
  kPowerLost,    // at any time
  kDiesInAStep,  // power is lost between two calls of a port
  kStopped,      // a planned stop
  kStorageFails,
  kStorageUnreadable,
  kStorageWiped,
  kNetworkOut,
  kNetworkUp,
  kReconfigured,  // other settings and other rules, while events are under way
  kClockJumps,
  kActionFails,
  kActionSlow,
  kCount,
};

inline constexpr std::size_t kTroubles = static_cast<std::size_t>(Trouble::kCount);

struct Profile {
  explicit Profile(Dice& dice);

  std::uint32_t per_10000(Trouble trouble) const {
    return rates[static_cast<std::size_t>(trouble)];
  }

  std::array<std::uint32_t, kTroubles> rates{};  // chances in 10000; what of depends on the trouble
  std::size_t users = 1;
  std::size_t devices_max = 1;  // of a user
  std::size_t posts = 10;       // of each user
  base::Duration faults_last{};
  bool may_be_sent_by_devices = false;
  bool may_collapse = false;
  bool may_target = false;
  bool may_expire = false;  // short TTLs
  bool may_be_large = false;
};

}  // namespace beckon::sim
