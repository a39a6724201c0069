// SPDX-License-Identifier: Apache-2.0
#include "lambdas/send/handler.h"
#include "lambdas/service/service.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    const auto service = Service::make(
        environment_variable, log,
        {Need::kConnectionsTable, Need::kStreamsTable, Need::kDevicesTable, Need::kConnectionsApi});
    if (!service) return std::unexpected(service.error());
    SendSettings settings;
    if (environment_variable("ALLOW_BROADCAST").value_or("false") == "true") {
      settings.everyone = &(*service)->table_scan();
    }
    return Handler(
        [service = *service, settings](std::string_view event, const InvocationContext& context) {
          const base::Instant deadline = service->begin(context);
          return handle_send(service->host(), settings, event, deadline);
        });
  });
}
