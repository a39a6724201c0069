// SPDX-License-Identifier: Apache-2.0
#include "lambdas/authorize/handler.h"
#include "lambdas/service/service.h"

using namespace beckon;
using namespace beckon::lambdas;

int main() {
  return run_function([](JsonLog& log) -> base::Result<Handler> {
    if (const auto mode = check_auth_mode(environment_variable); !mode) {
      return std::unexpected(mode.error());
    }
    const AuthorizeSettings settings{
        split_origins(environment_variable("ALLOWED_ORIGINS").value_or(""))};
    return Handler([&log, settings](std::string_view event, const InvocationContext&) {
      return handle_authorize(log, settings, event);
    });
  });
}
