// SPDX-License-Identifier: Apache-2.0
#include "bench/fleet/renewal.h"

#include <algorithm>
#include <type_traits>

#include "bench/fleet/policies.h"
#include "bench/fleet/wheel.h"
#include "emulator/gateway/token_bucket.h"

namespace beckon::bench {
namespace {

constexpr std::int64_t kLife_ms = base::Duration(2h).count();
constexpr std::int64_t kDay_ms = base::Duration(24h).count();
constexpr std::size_t kSlots = 1U << 23;  // 2 h 20 min

template <class Policy>
class Renewal {
 public:
  explicit Renewal(const RenewalOptions& options)
      : options_(options),
        bucket_(static_cast<double>(options.limit_per_s), base::Instant{}),
        devices_(static_cast<std::size_t>(options.devices)),
        wheel_(kSlots) {
    renewals_.policy = Policy::kName;
  }

  Renewals run() {
    const std::int64_t filled_ms = options_.devices * 1000 / options_.limit_per_s;
    std::uint32_t attempts_this_second = 0;
    std::uint32_t next = 0;
    for (now_ms_ = 0; now_ms_ < filled_ms + kDay_ms; ++now_ms_) {
      if (now_ms_ % 1000 == 0) attempts_this_second = 0;
      for (; next < devices_.size() && next * 1000LL / options_.limit_per_s <= now_ms_; ++next) {
        devices_[next].random = Random(Random(next).next());
        connected(next);
      }
      const std::uint64_t before = renewals_.attempts;
      for (const std::uint32_t device : wheel_.take(now_ms_)) act(device);
      attempts_this_second += static_cast<std::uint32_t>(renewals_.attempts - before);
      renewals_.attempts_peak_per_s = std::max(renewals_.attempts_peak_per_s, attempts_this_second);
    }
    renewals_.offline_mean_s =
        static_cast<double>(offline_ms_) / 1000.0 / static_cast<double>(options_.devices);
    return std::move(renewals_);
  }

 private:
  static constexpr bool kRenews = std::is_same_v<Policy, Ours> || std::is_same_v<Policy, OneCap>;

  struct Device {
    Random random{0};
    Policy policy;
    std::int64_t since_ms = 0;  // connected, or offline, since then
    bool online = false;
  };

  void act(std::uint32_t index) {
    Device& device = devices_[index];
    if (device.online && now_ms_ - device.since_ms >= kLife_ms) return cut(index);
    ++renewals_.attempts;
    if (bucket_.take(base::Instant(base::Duration(now_ms_)))) {
      if (!device.online) came_back(device);
      return connected(index);
    }
    ++renewals_.refused;
    if (!device.online) return wait(index, device.policy.delay(Setback::kThrottled, device.random));
    const base::Duration cap = Ours::kTiming.backoff_cap;
    wait_online(index, device.random.between(cap / 2, cap));
  }

  void connected(std::uint32_t index) {
    Device& device = devices_[index];
    device.online = true;
    device.since_ms = now_ms_;
    device.policy = Policy();  // online for long enough to forget
    base::Duration age(kLife_ms);
    if (kRenews) age = device.random.between(Ours::kTiming.renew_min, Ours::kTiming.renew_max);
    wait_online(index, age);
  }

  void cut(std::uint32_t index) {
    Device& device = devices_[index];
    ++renewals_.cuts;
    device.online = false;
    device.since_ms = now_ms_;
    wait(index, device.policy.delay(Setback::kLost, device.random));
  }

  void came_back(const Device& device) {
    const std::int64_t away_ms = now_ms_ - device.since_ms;
    offline_ms_ += away_ms;
    renewals_.offline_max_ms = std::max(renewals_.offline_max_ms, away_ms);
  }

  void wait(std::uint32_t index, base::Duration delay) {
    wheel_.add(index, now_ms_ + std::max<std::int64_t>(1, delay.count()));
  }

  // The gateway does not wait longer than it does.
  void wait_online(std::uint32_t index, base::Duration delay) {
    const base::Duration rest(devices_[index].since_ms + kLife_ms - now_ms_);
    wait(index, std::min(delay, rest));
  }

  RenewalOptions options_;
  emulator::TokenBucket bucket_;
  std::vector<Device> devices_;
  Wheel wheel_;
  std::int64_t now_ms_ = 0;
  std::int64_t offline_ms_ = 0;
  Renewals renewals_;
};

template <class... Policies>
std::vector<Renewals> run_all(const RenewalOptions& options) {
  std::vector<Renewals> all;
  (all.push_back(Renewal<Policies>(options).run()), ...);
  return all;
}

}  // namespace

std::vector<Renewals> renew_for_a_day(const RenewalOptions& options) {
  if (options.ours_only) return run_all<Ours>(options);
  return run_all<Ours, OneCap, Fixed<1>, Fixed<10>, Doubling, Libwebsockets, Decorrelated>(options);
}

}  // namespace beckon::bench
