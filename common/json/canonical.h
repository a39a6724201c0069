// SPDX-License-Identifier: Apache-2.0
// The canonical form of JSON (RFC 8785, JCS): one text for one value, whoever printed it before, so
// that it can be hashed and signed. Members are sorted by the UTF-16 code units of their names,
// numbers are written as ECMAScript prints doubles.
#pragma once

#include <string>

#include "common/json/json.h"

namespace beckon::json {

// "null" for a null view. Recursion is bounded by the depth that parse() allowed.
std::string canonical(View value);

// A finite number as ECMAScript's Number::toString: the fewest digits that read back the same, and
// of those texts the closest. Zero has no sign.
std::string canonical_number(double value);

}  // namespace beckon::json
