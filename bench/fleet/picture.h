// SPDX-License-Identifier: Apache-2.0
// One recovery as a picture: how much of the fleet is back over time, and how many attempts per
// second that takes. SVG, the same bytes for the same figures.
#pragma once

#include <string>

#include "bench/fleet/figures.h"

namespace beckon::bench {

std::string picture(const OutageFigures& outage);

}  // namespace beckon::bench
