// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/payloads.h"

#include <fmt/format.h>

#include "common/json/writer.h"

namespace beckon::emulator {

std::string function_error(std::string_view type, std::string_view message) {
  json::Writer writer;
  writer.begin_object().member("errorType", type).member("errorMessage", message).end_object();
  return writer.take();
}

std::string exit_error(std::string_view request_id, std::string_view exit) {
  const std::string how =
      exit.empty() ? "without providing a reason" : fmt::format("with error: {}", exit);
  return function_error("Runtime.ExitError",
                        fmt::format("RequestId: {} Error: Runtime exited {}", request_id, how));
}

std::string timeout_error(std::string_view request_id, base::Duration timeout) {
  return function_error("Sandbox.Timedout",
                        fmt::format("RequestId: {} Error: Task timed out after {:.2f} seconds",
                                    request_id, static_cast<double>(timeout.count()) / 1000.0));
}

std::string response_too_large_error() {
  return function_error(
      "Function.ResponseSizeTooLarge",
      fmt::format("Response payload size exceeded maximum allowed payload size ({} bytes).",
                  kResponseBytesMax));
}

std::string runtime_api_error(std::string_view type, std::string_view message) {
  json::Writer writer;
  writer.begin_object().member("errorMessage", message).member("errorType", type).end_object();
  return writer.take();
}

}  // namespace beckon::emulator
