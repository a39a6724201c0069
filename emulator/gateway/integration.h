// SPDX-License-Identifier: Apache-2.0
// Calling a function on behalf of a route: with the route's time limit, after which the answer is
// no longer waited for while the function goes on.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "emulator/functions/invoker.h"
#include "emulator/loop/event_loop.h"

namespace beckon::emulator {

// Calls done once, never from inside: with the result, or with nothing when the time is up.
void call_integration(EventLoop& loop, Invoker& invoker, const std::string& function,
                      std::string event, base::Duration timeout,
                      std::function<void(std::optional<InvokeResult>)> done);

// A sentence for the log on a result that is not a success.
std::string describe_failure(const std::string& function, const InvokeResult& result);

}  // namespace beckon::emulator
