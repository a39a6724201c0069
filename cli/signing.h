// SPDX-License-Identifier: Apache-2.0
// Signing an event with an operator's key, for `beckon post --sign`. What a signature is, is
// common/signature's business.
#pragma once

#include <string>

#include "cli/operator_event.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/crypto/es256.h"

namespace beckon::cli {

// A file as beckon-agent keygen makes it. Errors: kIo; kDenied if neither this user nor root owns
// it, or others than its owner can read or change it, with the command that mends it; kInvalid if
// it holds no key.
base::Result<crypto::PrivateKey> read_signing_key(const std::string& path);

// The event with a signature: for its devices, from now until it expires. event: one that
// detail_of() takes. Errors: kInvalid (it names no devices, or its data are no JSON).
base::Result<OperatorEvent> signed_event(OperatorEvent event, const crypto::PrivateKey& key,
                                         base::WallTime now);

}  // namespace beckon::cli
