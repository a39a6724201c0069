// SPDX-License-Identifier: Apache-2.0
#include "lambdas/service/service.h"
#include "lambdas/sync/handler.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    const auto service = Service::make(
        environment_variable, log,
        {Need::kConnectionsTable, Need::kStreamsTable, Need::kDevicesTable, Need::kConnectionsApi});
    if (!service) return std::unexpected(service.error());
    return Handler([service = *service](std::string_view event, const InvocationContext& context) {
      const base::Instant deadline = service->begin(context);
      return handle_sync(service->host(), event, deadline);
    });
  });
}
