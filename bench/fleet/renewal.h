// SPDX-License-Identifier: Apache-2.0
// A fleet in calm under API Gateway's limit of 2 hours per connection: ours renews at a random age
// and keeps the old link until the new one stands; the others are cut off and come back by their
// policy. The renewal's rules are restated here from agent/session_links.cpp, since a million real
// sessions do not fit: a random age, and after a refusal a pause of half to a whole backoff_cap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace beckon::bench {

struct RenewalOptions {
  std::int64_t devices = 1'000'000;
  std::int64_t limit_per_s = 500;
  bool ours_only = false;
};

// The fleet begins as an outage leaves it, which is the worst case: connected one after the other
// as fast as the limit lets it. Figures are of the day after that.
struct Renewals {
  std::string policy;
  std::uint64_t attempts = 0;
  std::uint64_t refused = 0;
  std::uint32_t attempts_peak_per_s = 0;
  std::uint64_t cuts = 0;           // links that reached 2 hours
  double offline_mean_s = 0;        // per device
  std::int64_t offline_max_ms = 0;  // the longest absence of any device
};

// One per policy of policies.h, ours first.
std::vector<Renewals> renew_for_a_day(const RenewalOptions& options);

}  // namespace beckon::bench
