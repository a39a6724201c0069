// SPDX-License-Identifier: Apache-2.0
// beckon device: who may connect, and as whose device. What the rows' changes mean is
// lambdas/backend/device_registry's business; showing devices is online_commands.cpp's.
#pragma once

#include "cli/commands.h"
#include "cli/device_options.h"
#include "lambdas/backend/device_registry.h"

namespace beckon::cli {

// Returns the exit code, or throws Failure.
int run_device(const Context& context, lambdas::Host& registry, const DeviceOptions& options);

}  // namespace beckon::cli
