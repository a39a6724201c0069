// SPDX-License-Identifier: Apache-2.0
#include "bench/fleet/outage.h"

#include <algorithm>

#include "bench/fleet/policies.h"
#include "bench/fleet/wheel.h"
#include "emulator/gateway/token_bucket.h"

namespace beckon::bench {
namespace {

constexpr std::int64_t kNotice_ms = 1000;  // within this the fleet notices that its links are gone
constexpr std::size_t kAhead = 16;
constexpr std::size_t kSlots = 1U << 21;  // 35 min, above every policy's longest delay

template <class Policy>
class Outage {
 public:
  explicit Outage(const OutageOptions& options)
      : options_(options),
        bucket_(static_cast<double>(options.limit_per_s), base::Instant{}),
        groups_(static_cast<std::size_t>(Policy::kAlike ? kNotice_ms : options.devices)),
        wheel_(kSlots) {
    recovery_.policy = Policy::kName;
  }

  Recovery run() {
    for (std::uint32_t i = 0; i < groups_.size(); ++i) wheel_.add(i, pass_outage(i));
    away_ = options_.devices;
    for (now_ms_ = 0; away_ > 0 && now_ms_ < kHorizon.count(); ++now_ms_) {
      if (now_ms_ % 1000 == 0) {
        recovery_.attempts_per_s.push_back(0);
        recovery_.accepted_per_s.push_back(0);
      }
      const std::vector<std::uint32_t>& due = wheel_.take(now_ms_);
      for (std::size_t i = 0; i < due.size(); ++i) {
        // The groups lie all over the memory: most of the time would go into waiting for it.
        if (i + kAhead < due.size()) __builtin_prefetch(&groups_[due[i + kAhead]]);
        attempt(due[i]);
      }
    }
    for (const Group& group : groups_) count(group.attempts, group.devices);
    judge();
    return std::move(recovery_);
  }

 private:
  // Devices that act alike: one, or all of a millisecond where nothing is random.
  struct Group {
    Random random{0};
    Policy policy;
    std::int32_t devices = 0;
    std::uint32_t attempts = 0;  // after the outage
  };

  // The first attempt after the outage: all before it fail.
  std::int64_t pass_outage(std::uint32_t index) {
    Group& group = groups_[index];
    const auto all = static_cast<std::int64_t>(groups_.size());
    group.devices = static_cast<std::int32_t>(options_.devices / all +
                                              (index < options_.devices % all ? 1 : 0));
    group.random = Random(Random(index).next());
    std::int64_t at_ms = -options_.lasted.count();
    at_ms += Policy::kAlike ? static_cast<std::int64_t>(index)
                            : group.random.between(0ms, base::Duration(kNotice_ms - 1)).count();
    do {
      at_ms += group.policy.delay(Setback::kLost, group.random).count();
    } while (at_ms < 0);
    return at_ms;
  }

  void attempt(std::uint32_t index) {
    Group& group = groups_[index];
    ++group.attempts;
    recovery_.attempts_per_s.back() += static_cast<std::uint32_t>(group.devices);
    const base::Instant now{base::Duration(now_ms_)};
    std::int32_t accepted = 0;
    while (accepted < group.devices && bucket_.take(now)) ++accepted;
    if (accepted > 0) accept(group, accepted);
    if (group.devices == 0) return;
    recovery_.refused += static_cast<std::uint64_t>(group.devices);
    const base::Duration delay = group.policy.delay(Setback::kThrottled, group.random);
    // Refused and at once again would not come to an end.
    wheel_.add(index, now_ms_ + std::max<std::int64_t>(1, delay.count()));
  }

  void accept(Group& group, std::int32_t devices) {
    group.devices -= devices;
    count(group.attempts, devices);
    recovery_.accepted_per_s.back() += static_cast<std::uint32_t>(devices);
    away_ -= devices;
    const std::int64_t back = options_.devices - away_;
    if (!recovery_.half_ms && back * 2 >= options_.devices) recovery_.half_ms = now_ms_;
    if (!recovery_.most_ms && back * 100 >= options_.devices * 99) recovery_.most_ms = now_ms_;
    if (away_ == 0) recovery_.all_ms = now_ms_;
  }

  void count(std::uint32_t attempts, std::int32_t devices) {
    if (devices == 0) return;
    if (attempts >= devices_by_attempts_.size()) devices_by_attempts_.resize(attempts + 1);
    devices_by_attempts_[attempts] += devices;
  }

  void judge() {
    std::int64_t attempts = 0;
    std::int64_t devices = 0;
    const std::int64_t rank = options_.devices - options_.devices / 100;
    for (std::size_t i = 0; i < devices_by_attempts_.size(); ++i) {
      attempts += static_cast<std::int64_t>(i) * devices_by_attempts_[i];
      if (devices < rank) recovery_.attempts_p99 = i;
      devices += devices_by_attempts_[i];
    }
    const auto all = static_cast<double>(options_.devices);
    recovery_.attempts_mean = static_cast<double>(attempts) / all;
    recovery_.back_share = static_cast<double>(options_.devices - away_) / all;
  }

  OutageOptions options_;
  emulator::TokenBucket bucket_;
  std::vector<Group> groups_;
  Wheel wheel_;
  std::int64_t now_ms_ = 0;
  std::int64_t away_ = 0;
  std::vector<std::int64_t> devices_by_attempts_;
  Recovery recovery_;
};

template <class... Policies>
std::vector<Recovery> run_all(const OutageOptions& options) {
  std::vector<Recovery> all;
  (all.push_back(Outage<Policies>(options).run()), ...);
  return all;
}

}  // namespace

std::vector<Recovery> recover_from_outage(const OutageOptions& options) {
  if (options.ours_only) return run_all<Ours>(options);
  return run_all<Ours, OneCap, Fixed<1>, Fixed<10>, Doubling, Libwebsockets, Decorrelated>(options);
}

}  // namespace beckon::bench
