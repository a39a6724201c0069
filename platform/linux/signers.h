// SPDX-License-Identifier: Apache-2.0
// The public keys of those whose signed events this device acts on, as the configuration names
// them.
#pragma once

#include <vector>

#include "agent/config.h"
#include "common/base/error.h"
#include "common/crypto/es256.h"

namespace beckon::platform {

// Keys that stand in the configuration, and those of files, which nobody but their owner may be
// able to change. Errors name the entry: kInvalid (it is no public key), and those of
// read_trusted_file.
base::Result<std::vector<crypto::PublicKey>> load_signers(const agent::Config& config);

}  // namespace beckon::platform
