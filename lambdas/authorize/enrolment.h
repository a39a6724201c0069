// SPDX-License-Identifier: Apache-2.0
// A device that has proven to hold a key, and is not registered, asks to be claimed by an owner:
// writes that down for a while. Who may claim it is decided by who may write to the table
// (`beckon device claim`). Rules P-60 to P-63.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/crypto/es256.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

// A code lives this long after the device has shown its key last.
inline constexpr std::int64_t kClaimKept_s = 10 * 60;
// New codes in one minute of the clock, in the whole deployment: what a person's devices never
// reach, and what bounds the rows that strangers can make to some 300.
inline constexpr std::int64_t kNewClaimsPerMinuteMax = 30;

enum class ClaimOutcome : std::uint8_t {
  kWaiting,     // it can be claimed now
  kConflict,    // another key has the same code: neither can be claimed
  kTooMany,     // the limit of new codes is reached; the next attempt may succeed
  kRegistered,  // the device was given a key meanwhile: nothing was written for it
};

std::string_view to_string(ClaimOutcome outcome);  // "claim_waiting", …: for the log

struct ClaimRequest {
  ClaimOutcome outcome = ClaimOutcome::kWaiting;
  std::string code;
};

// The caller has verified that the device holds the key. DynamoDB calls: one or two, four for a new
// code; six if another comes in between. Errors: those of Database.
base::Result<ClaimRequest> ask_to_be_claimed(Host& host, const std::string& device_id,
                                             const crypto::PublicKey& key);

}  // namespace beckon::lambdas
