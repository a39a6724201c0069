// SPDX-License-Identifier: Apache-2.0
// The fleet's figures as tables in Markdown, for docs/RELIABILITY.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/fleet/outage.h"
#include "bench/fleet/renewal.h"

namespace beckon::bench {

struct OutageFigures {
  OutageOptions options;
  std::vector<Recovery> recoveries;
};

// "1,234,567"
std::string grouped(std::int64_t number);
// "10 s", "30 min", "4 h"
std::string lasting(base::Duration time);

// A row per outage and policy.
std::string policies_table(const std::vector<OutageFigures>& outages);
// A row per outage: our policy alone, for fleets of several sizes.
std::string sizes_table(const std::vector<OutageFigures>& outages);
std::string renewals_table(const std::vector<Renewals>& renewals);

}  // namespace beckon::bench
