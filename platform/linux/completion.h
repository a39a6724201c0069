// SPDX-License-Identifier: Apache-2.0
// `beckon-agent completion bash`: made from the flags themselves, so that it cannot fall behind.
#pragma once

namespace beckon::platform {

// argv[0] is "completion". Prints the script. The exit status: 0, 1 (it cannot be printed), 2
// (usage).
int run_completion(int argc, char** argv);

}  // namespace beckon::platform
