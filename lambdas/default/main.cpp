// SPDX-License-Identifier: Apache-2.0
#include "lambdas/default/handler.h"
#include "lambdas/runtime/runtime.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog&) -> base::Result<Handler> {
    return Handler(
        [](std::string_view event, const InvocationContext&) { return handle_default(event); });
  });
}
