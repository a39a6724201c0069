// SPDX-License-Identifier: Apache-2.0
#include "lambdas/backend/auth_mode.h"

namespace beckon::lambdas {

base::Result<AuthMode> parse_auth_mode(std::string_view text) {
  if (text == "device-key") return AuthMode::kDeviceKey;
  if (text == "open") return AuthMode::kOpen;
  return base::fail(base::ErrorCode::kInvalid,
                    "expected \"device-key\" or \"open\", got \"" + std::string(text) + "\"");
}

}  // namespace beckon::lambdas
