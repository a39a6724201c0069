// SPDX-License-Identifier: Apache-2.0
// What the test function does with an event, by handler name.
#pragma once

#include <string>
#include <string_view>

#include "tests/support/functions/runtime_client.h"

namespace beckon::tests {

// Before the first "next": init_error, init_crash and init_hang never return.
void initialise(std::string_view handler, RuntimeClient& client);

struct HandlerResult {
  bool failed = false;  // posted to …/error
  std::string body;
};

// echo: the event. body: a proxy response with the event's body. pid: {"pid":…}. env: the
// environment. slow: the event after its member "ms". gate: waits for a file, see there. log:
// prints two lines. error, crash, exit0, exit3, hang, too_large, not_json: as they say. fixed: the
// environment variable RESULT.
HandlerResult handle(std::string_view handler, const std::string& event);

}  // namespace beckon::tests
