// SPDX-License-Identifier: Apache-2.0
#include "agent/rate_limit.h"

#include <algorithm>

#include "common/base/assert.h"

namespace beckon::agent {
namespace {

constexpr std::int64_t kParts = 60'000;
// A thousand a second is more than a device can act on.
constexpr std::int64_t kPerMinuteMax = 60'000;

}  // namespace

std::optional<Rate> read_rate(ObjectReader& config) {
  const json::View object = config.object("rate");
  if (!object.exists()) return std::nullopt;
  ObjectReader reader(object, config.path_of("rate"), config.errors());
  const auto per_minute = reader.integer("per_minute", 1, kPerMinuteMax);
  const auto burst = reader.integer("burst", 1, kPerMinuteMax);
  if (!per_minute && !reader.failed()) {
    reader.missing("per_minute", "how many are allowed in a minute");
  }
  reader.finish();
  if (reader.failed()) return std::nullopt;
  return Rate{*per_minute, burst.value_or(*per_minute)};
}

TokenBucket::TokenBucket(const Rate& rate, base::Instant now)
    : rate_(rate), level_(rate.burst * kParts), filled_at_(now) {}

bool TokenBucket::ready(base::Instant now) {
  const std::int64_t full = rate_.burst * kParts;
  const std::int64_t to_full_ms = (full - level_) / rate_.per_minute + 1;
  const std::int64_t passed_ms = (now - filled_at_).count();
  filled_at_ = now;
  level_ = passed_ms >= to_full_ms ? full : level_ + passed_ms * rate_.per_minute;
  return level_ >= kParts;
}

void TokenBucket::take() {
  BECKON_ASSERT(level_ >= kParts);
  level_ -= kParts;
}

}  // namespace beckon::agent
