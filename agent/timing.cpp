// SPDX-License-Identifier: Apache-2.0
#include "agent/timing.h"

namespace beckon::agent {
namespace {

// The lower bounds keep a typing error from becoming a flood; the upper ones from silence.
constexpr TimingField kTimingFields[] = {
    {"ack_delay", &Timing::ack_delay, 0ms, 1min},
    {"heartbeat", &Timing::heartbeat, 100ms, 24h},
    {"heartbeat_spread", &Timing::heartbeat_spread, 0ms, 1h},
    {"answer_timeout", &Timing::answer_timeout, 50ms, 10min},
    {"connect_timeout", &Timing::connect_timeout, 100ms, 10min},
    {"backoff_base", &Timing::backoff_base, 10ms, 10min},
    {"backoff_cap", &Timing::backoff_cap, 10ms, 24h},
    {"throttled_cap", &Timing::throttled_cap, 10ms, 24h},
    {"backoff_reset", &Timing::backoff_reset, 0ms, 24h},
    {"refused_delay", &Timing::refused_delay, 100ms, 24h},
    {"renew_min", &Timing::renew_min, 100ms, 24h * 365},
    {"renew_max", &Timing::renew_max, 100ms, 24h * 365},
    {"ping", &Timing::ping, 0ms, 24h},
    {"store_interval", &Timing::store_interval, 0ms, 1min},
    {"clock_skew", &Timing::clock_skew, 0ms, 10min},
    {"stop_grace", &Timing::stop_grace, 0ms, 5min},
};

}  // namespace

std::span<const TimingField> timing_fields() {
  return kTimingFields;
}

}  // namespace beckon::agent
