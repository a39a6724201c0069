// SPDX-License-Identifier: Apache-2.0
#include "bench/fleet/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace beckon::bench {
namespace {

std::string seconds(std::optional<std::int64_t> ms) {
  if (!ms) return "–";
  return *ms < 100'000 ? fmt::format("{:.1f} s", static_cast<double>(*ms) / 1000.0)
                       : grouped((*ms + 500) / 1000) + " s";
}

std::string all_back(const Recovery& recovery) {
  if (recovery.all_ms) return seconds(recovery.all_ms);
  return fmt::format("{:.0f} % after {}", recovery.back_share * 100, lasting(kHorizon));
}

std::string peak(const std::vector<std::uint32_t>& per_s) {
  return per_s.empty() ? "0" : grouped(*std::max_element(per_s.begin(), per_s.end()));
}

std::string recovery_cells(const Recovery& recovery) {
  return fmt::format("{} | {} | {} | {:.1f} | {} | {} | {} | {} |\n", seconds(recovery.half_ms),
                     seconds(recovery.most_ms), all_back(recovery), recovery.attempts_mean,
                     grouped(static_cast<std::int64_t>(recovery.attempts_p99)),
                     grouped(static_cast<std::int64_t>(recovery.refused)),
                     peak(recovery.attempts_per_s), peak(recovery.accepted_per_s));
}

constexpr std::string_view kRecoveryHead =
    "50 % back | 99 % | all | attempts per device | p99 | refused | peak attempts/s | peak "
    "accepted/s "
    "|\n";

}  // namespace

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string lasting(base::Duration time) {
  const std::int64_t s = time.count() / 1000;
  if (s % 3600 == 0) return fmt::format("{} h", s / 3600);
  return s % 60 == 0 && s > 60 ? fmt::format("{} min", s / 60) : fmt::format("{} s", s);
}

std::string policies_table(const std::vector<OutageFigures>& outages) {
  std::string text = fmt::format("| outage | policy | {}", kRecoveryHead);
  text += "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const OutageFigures& outage : outages) {
    for (const Recovery& recovery : outage.recoveries) {
      text += fmt::format("| {} | {} | {}", lasting(outage.options.lasted), recovery.policy,
                          recovery_cells(recovery));
    }
  }
  return text;
}

std::string sizes_table(const std::vector<OutageFigures>& outages) {
  std::string text = fmt::format("| devices | outage | floor | {}", kRecoveryHead);
  text += "|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const OutageFigures& outage : outages) {
    // A full bucket lets the first second's worth in at once.
    const std::int64_t devices = outage.options.devices;
    const std::int64_t floor_ms =
        std::max<std::int64_t>(0, devices * 1000 / outage.options.limit_per_s - 1000);
    text += fmt::format("| {} | {} | {} | {}", grouped(devices), lasting(outage.options.lasted),
                        seconds(floor_ms), recovery_cells(outage.recoveries.front()));
  }
  return text;
}

std::string renewals_table(const std::vector<Renewals>& renewals) {
  std::string text =
      "| policy | attempts | refused | peak attempts/s | links cut off | offline per device "
      "| longest absence |\n|---|--:|--:|--:|--:|--:|--:|\n";
  for (const Renewals& one : renewals) {
    text +=
        fmt::format("| {} | {} | {} | {} | {} | {:.1f} s | {} |\n", one.policy,
                    grouped(static_cast<std::int64_t>(one.attempts)),
                    grouped(static_cast<std::int64_t>(one.refused)),
                    grouped(one.attempts_peak_per_s), grouped(static_cast<std::int64_t>(one.cuts)),
                    one.offline_mean_s, seconds(one.offline_max_ms));
  }
  return text;
}

}  // namespace beckon::bench
