// SPDX-License-Identifier: Apache-2.0
#include "lambdas/authorize/handler.h"
#include "lambdas/service/service.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    const auto mode = auth_mode(environment_variable);
    if (!mode) return std::unexpected(mode.error());
    const auto service = Service::make(environment_variable, log, {Need::kDevicesTable});
    if (!service) return std::unexpected(service.error());
    const auto list = [](const char* name) {
      return split_list(environment_variable(name).value_or(""));
    };
    const AuthorizeSettings settings{
        .mode = *mode,
        .allowed_origins = list("ALLOWED_ORIGINS"),
        .audiences = list("AUDIENCES"),
        .enrolment = environment_variable("ENROLMENT").value_or("off") == "claim"};
    if (settings.mode == AuthMode::kOpen) {
      base::Logger(log, "authorize")
          .warning("AuthMode is OPEN: whoever connects is who they say they are");
    }
    return Handler(
        [service = *service, settings](std::string_view event, const InvocationContext& context) {
          service->begin(context);
          return handle_authorize(service->host(), settings, event);
        });
  });
}
