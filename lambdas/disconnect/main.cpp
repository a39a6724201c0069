// SPDX-License-Identifier: Apache-2.0
#include "lambdas/disconnect/handler.h"
#include "lambdas/service/service.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    const auto service = Service::make(environment_variable, log, {Need::kConnectionsTable});
    if (!service) return std::unexpected(service.error());
    return Handler([service = *service](std::string_view event, const InvocationContext& context) {
      service->begin(context);
      return handle_disconnect(service->host(), event);
    });
  });
}
