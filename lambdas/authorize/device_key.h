// SPDX-License-Identifier: Apache-2.0
// Is this token a registered device's, and good now? Decides by the rules P-50 to P-58 of
// docs/PROTOCOL.md; what the client is told, and how, is the handler's.
//
// Replay. A token is accepted by one conditional write: the row's tokenIssuedAt becomes the token's
// iat, if that is later. So every accepted token is later than all that were accepted before it,
// and none can be accepted twice: not at once (the condition and the write are one), not later, and
// not after any number of other tokens, without a list of those that were seen. It costs order: of
// two attempts whose tokens arrive in the other order than they were made, the older is refused,
// and a device whose clock steps back is refused until the clock has passed its last token. A token
// may be ahead by the skew only, so a clock that is right again waits a minute at most; an agent
// that keeps running carries on from its last token and waits not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "lambdas/backend/host.h"

namespace beckon::lambdas {

struct TokenRules {
  std::vector<std::string> audiences;  // any of these
  bool enrolment = false;
};

enum class Verdict : std::uint8_t {
  kUnproven,  // not known to be any device: 401
  kRefused,   // known, and not let in: 403
  kAdmitted,
};

struct Judgement {
  Verdict verdict = Verdict::kUnproven;
  std::string user_id;     // kAdmitted: from the row
  std::string device_id;   // the same
  std::string public_key;  // the same: that of the row's keys which signed the token
};

// authorization: the header's value, "" if there is none. Refusals are logged with a name; the
// client is told the verdict alone. Errors: those of Database.
base::Result<Judgement> judge_device(Host& host, const TokenRules& rules,
                                     std::string_view authorization);

}  // namespace beckon::lambdas
