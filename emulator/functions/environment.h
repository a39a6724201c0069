// SPDX-License-Identifier: Apache-2.0
// The environment of a function's process: Lambda's own variables, the emulator's additions and the
// template's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulator/functions/options.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

// As "NAME=value". runtime_api: "host:port". log_stream: AWS_LAMBDA_LOG_STREAM_NAME. Where a name
// occurs twice the template's value stands, but not for the variables that Lambda reserves.
std::vector<std::string> function_environment(const FunctionModel& function,
                                              const FunctionsOptions& options,
                                              std::string_view runtime_api,
                                              std::string_view log_stream);

}  // namespace beckon::emulator
