// SPDX-License-Identifier: Apache-2.0
// `default`: what no other route takes is answered with an error that says what would have been
// right.
#pragma once

#include <string>
#include <string_view>

#include "common/base/error.h"

namespace beckon::lambdas {

// The result is the route's response: an `error` frame with the code `unknown_action`.
base::Result<std::string> handle_default(std::string_view text);

}  // namespace beckon::lambdas
