// SPDX-License-Identifier: Apache-2.0
#include "lambdas/connect/handler.h"
#include "lambdas/service/service.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    const auto mode = auth_mode(environment_variable);
    if (!mode) return std::unexpected(mode.error());
    const auto service =
        Service::make(environment_variable, log, {Need::kConnectionsTable, Need::kDevicesTable});
    if (!service) return std::unexpected(service.error());
    return Handler([service = *service, mode = *mode](std::string_view event,
                                                      const InvocationContext& context) {
      service->begin(context);
      return handle_connect(service->host(), mode, event);
    });
  });
}
