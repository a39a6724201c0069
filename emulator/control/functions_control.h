// SPDX-License-Identifier: Apache-2.0
// The control API's part for function processes: which run, and what an operating system may do to
// them at any moment.
#pragma once

#include <string>
#include <string_view>

#include "emulator/functions/functions.h"
#include "emulator/http/message.h"

namespace beckon::emulator {

// {"processes":[{"function":"beckon-sync","pid":1,"state":"ready"},…]}
HttpResponse list_functions(const Functions* functions);

// verb: "kill" (SIGKILL), "freeze" (SIGSTOP), "thaw" (SIGCONT), to all processes of the function;
// answers their number. 404 for another verb or function.
HttpResponse signal_function(const Functions* functions, const std::string& function,
                             std::string_view verb);

// To the process of that id if it is still a function's; false if not.
bool signal_process(const Functions& functions, pid_t pid, int signal_number);

}  // namespace beckon::emulator
