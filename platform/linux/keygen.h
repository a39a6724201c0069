// SPDX-License-Identifier: Apache-2.0
// `beckon-agent keygen`: makes this device's key, or an operator's, and says what to type next.
#pragma once

#include <getopt.h>

namespace beckon::platform {

// argv[0] is "keygen". Prints the public key on standard output, all else on standard error. The
// exit status: 0, 1 (the file cannot be made, or is there), 2 (usage).
int run_keygen(int argc, char** argv);

// What it knows, for completion; the last one has no name.
const option* keygen_flags();

}  // namespace beckon::platform
