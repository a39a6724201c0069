// SPDX-License-Identifier: Apache-2.0
// How a deployment knows its devices: the template's parameter AuthMode.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/error.h"

namespace beckon::lambdas {

enum class AuthMode : std::uint8_t {
  kDeviceKey,  // a token signed by the key that the device's row has
  kOpen,       // the names that a client gives are believed: for demos and local work only
};

// "device-key" or "open". Errors: kInvalid.
base::Result<AuthMode> parse_auth_mode(std::string_view text);

}  // namespace beckon::lambdas
