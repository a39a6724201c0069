// SPDX-License-Identifier: Apache-2.0
// A fleet that lost its links together and may come back at a limited rate: who is back when, and
// what it costs. The gateway refuses what exceeds its limit with 429, as API Gateway does; nothing
// else is modelled: an attempt is decided in the millisecond it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace beckon::bench {

struct OutageOptions {
  std::int64_t devices = 1'000'000;
  std::int64_t limit_per_s = 500;  // API Gateway: new connections per second, account and Region
  base::Duration lasted{};         // attempts during the outage fail at once
  bool ours_only = false;
};

// Times count from the end of the outage.
struct Recovery {
  std::string policy;
  std::optional<std::int64_t> half_ms;  // nothing: not within kHorizon
  std::optional<std::int64_t> most_ms;  // 99 %
  std::optional<std::int64_t> all_ms;
  double back_share = 0;     // at kHorizon at the latest
  double attempts_mean = 0;  // per device, of those that the gateway saw
  std::uint64_t attempts_p99 = 0;
  std::uint64_t refused = 0;
  std::vector<std::uint32_t> attempts_per_s;  // by second
  std::vector<std::uint32_t> accepted_per_s;
};

constexpr base::Duration kHorizon = std::chrono::hours(4);

// One recovery per policy of policies.h, ours first. About 100 bytes per device.
std::vector<Recovery> recover_from_outage(const OutageOptions& options);

}  // namespace beckon::bench
