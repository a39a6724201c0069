// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/profile.h"

namespace beckon::sim {
namespace {

using namespace std::chrono_literals;

struct Usual {
  Trouble trouble;
  std::uint32_t per_10000;  // of an ordinary seed that has this trouble
  const char* of;           // what the chance is asked for
};

constexpr Usual kUsual[] = {
    {Trouble::kHandshakeUnanswered, 500, "handshake"},
    {Trouble::kHandshakeFails, 1000, "handshake"},
    {Trouble::kHandshakeForbidden, 400, "handshake"},
    {Trouble::kHandshakeThrottled, 600, "handshake"},
    {Trouble::kHandshakeError, 600, "handshake"},
    {Trouble::kOpensLate, 2000, "handshake"},
    {Trouble::kPostedMeanwhile, 2000, "handshake"},
    {Trouble::kOpenedUnheard, 500, "handshake"},
    {Trouble::kLinkCut, 1500, "link"},
    {Trouble::kLinkEndsPolitely, 1500, "link"},
    {Trouble::kGatewaySideEnds, 1000, "link"},
    {Trouble::kDeviceSideEnds, 1000, "link"},
    {Trouble::kUpSwallowed, 1000, "link"},
    {Trouble::kDownSwallowed, 1000, "link"},
    {Trouble::kFrameSlow, 300, "frame"},
    {Trouble::kPostVanishes, 600, "post"},
    {Trouble::kPostThrottled, 600, "post"},
    {Trouble::kPostFails, 600, "post"},
    {Trouble::kCloseFails, 2000, "close"},
    {Trouble::kNeverRuns, 200, "invocation"},
    {Trouble::kStartsSlowly, 500, "invocation"},
    {Trouble::kDies, 50, "database call"},
    {Trouble::kAnswerTooLate, 200, "invocation"},
    {Trouble::kAnswerVanishes, 150, "invocation"},
    {Trouble::kDisconnectLate, 3000, "end of a link"},
    {Trouble::kDisconnectMissing, 1500, "end of a link"},
    {Trouble::kDeliveredTwice, 1000, "event"},
    {Trouble::kDeliveredLate, 1000, "event"},
    {Trouble::kBadEvent, 300, "event"},
    {Trouble::kDatabaseThrottled, 100, "database call"},
    {Trouble::kRequestLost, 80, "database call"},
    {Trouble::kAnswerLost, 150, "database call"},
    {Trouble::kInTheWay, 300, "database call"},
    {Trouble::kDatabaseSlow, 800, "database call"},
    {Trouble::kQueriesLag, 3000, "transaction"},
    {Trouble::kSmallPages, 10000, "seed"},
    {Trouble::kRowsExpire, 5000, "sweep"},
    {Trouble::kRestored, 2500, "seed"},
    {Trouble::kPowerLost, 1500, "device and 10 minutes"},
    {Trouble::kDiesInAStep, 40, "call of a port"},
    {Trouble::kStopped, 800, "device and 10 minutes"},
    {Trouble::kStorageFails, 800, "write"},
    {Trouble::kStorageUnreadable, 300, "start"},
    {Trouble::kStorageWiped, 500, "start"},
    {Trouble::kNetworkOut, 600, "device and 10 minutes"},
    {Trouble::kNetworkUp, 1500, "device and 10 minutes"},
    {Trouble::kReconfigured, 1500, "device and 10 minutes"},
    {Trouble::kClockJumps, 800, "device and 10 minutes"},
    {Trouble::kActionFails, 1500, "action"},
    {Trouble::kActionSlow, 400, "action"},
};
static_assert(std::size(kUsual) == kTroubles);

}  // namespace

Profile::Profile(Dice& dice) {
  const bool peaceful = dice.one_in(20);
  for (const Usual& usual : kUsual) {
    const bool has = dice.one_in(2);
    const std::uint64_t strength = dice.below(8);
    if (!has || peaceful) continue;
    std::uint32_t rate = usual.per_10000;
    if (strength == 0) rate *= 4;  // a world where little else works
    if (strength >= 5) rate = rate / 4 + 1;
    rates[static_cast<std::size_t>(usual.trouble)] = rate;
  }
  users = dice.one_in(4) ? dice.from(2, 3) : 1;
  devices_max = static_cast<std::size_t>(dice.from(1, 3));
  posts = static_cast<std::size_t>(dice.one_in(4) ? dice.from(40, 80) : dice.from(3, 30));
  constexpr base::Duration kLengths[] = {2min, 10min, 40min, 150min, 300min};
  faults_last = kLengths[dice.index(std::size(kLengths))];
  may_be_sent_by_devices = dice.one_in(2);
  may_collapse = dice.one_in(2);
  may_target = dice.one_in(2);
  may_expire = dice.one_in(2);
  may_be_large = dice.one_in(2);
}

}  // namespace beckon::sim
