// SPDX-License-Identifier: Apache-2.0
// The bootstrap of the emulator's tests. _HANDLER says what it does: see handlers.h.
#include <cstdlib>

#include "tests/support/functions/handlers.h"
#include "tests/support/functions/runtime_client.h"

int main() {
  using namespace beckon::tests;
  const char* name = std::getenv("_HANDLER");
  const std::string handler = name != nullptr ? name : "";
  RuntimeClient client;
  initialise(handler, client);
  while (true) {
    const RuntimeReply invocation = client.next();
    if (invocation.status != 200) return 1;
    const HandlerResult result = handle(handler, invocation.body);
    client.post(invocation.request_id, result.failed ? "error" : "response", result.body);
  }
}
