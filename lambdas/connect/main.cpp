// SPDX-License-Identifier: Apache-2.0
#include "lambdas/connect/handler.h"
#include "lambdas/service/service.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    if (const auto mode = check_auth_mode(environment_variable); !mode) {
      return std::unexpected(mode.error());
    }
    const auto service =
        Service::make(environment_variable, log, {Need::kConnectionsTable, Need::kDevicesTable});
    if (!service) return std::unexpected(service.error());
    return Handler([service = *service](std::string_view event, const InvocationContext& context) {
      service->begin(context);
      return handle_connect(service->host(), event);
    });
  });
}
