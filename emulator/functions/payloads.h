// SPDX-License-Identifier: Apache-2.0
// The JSON texts that Lambda itself writes: error payloads of invocations and answers of the
// Runtime API.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace beckon::emulator {

// A function's result may have 6 MiB and 100 bytes.
inline constexpr std::size_t kResponseBytesMax = 6'291'556;

// {"errorType":"…","errorMessage":"…"}
std::string function_error(std::string_view type, std::string_view message);

// Runtime.ExitError. exit: as describe_exit() says it.
std::string exit_error(std::string_view request_id, std::string_view exit);
// Sandbox.Timedout.
std::string timeout_error(std::string_view request_id, base::Duration timeout);
// Function.ResponseSizeTooLarge.
std::string response_too_large_error();

// {"errorMessage":"…","errorType":"…"}: how the Runtime API refuses a call.
std::string runtime_api_error(std::string_view type, std::string_view message);

}  // namespace beckon::emulator
