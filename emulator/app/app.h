// SPDX-License-Identifier: Apache-2.0
// The whole emulator: builds the parts from the template, hands each what it needs, sends requests
// to the one that answers them, and ends everything in order.
#pragma once

#include "emulator/app/options.h"

namespace beckon::emulator {

// Runs until SIGTERM or SIGINT. Returns the exit status: 0 ended as asked, 1 could not start,
// 2 the template or the parameters are wrong.
int run_app(const AppOptions& options);

}  // namespace beckon::emulator
