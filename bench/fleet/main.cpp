// SPDX-License-Identifier: Apache-2.0
// beckon-bench-fleet: a large fleet against the gateway's limit of new connections, simulated. The
// tables go to the standard output, in Markdown; the same options give the same bytes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <fstream>

#include "bench/fleet/figures.h"
#include "bench/fleet/picture.h"

namespace beckon::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::array<base::Duration, 3> kOutages = {10s, 60s, 30min};
constexpr base::Duration kPictured = 60s;

struct Options {
  std::int64_t devices = 1'000'000;
  std::int64_t limit_per_s = 500;
  bool ours_only = false;
  std::string svg;
};

OutageFigures run_outage(const OutageOptions& options) {
  return {options, recover_from_outage(options)};
}

bool write_picture(const std::string& path, const OutageFigures& outage) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << picture(outage);
  return static_cast<bool>(file.flush());
}

int run(const Options& options) {
  std::vector<OutageFigures> outages;
  for (const base::Duration lasted : kOutages) {
    outages.push_back(
        run_outage({options.devices, options.limit_per_s, lasted, options.ours_only}));
    if (lasted == kPictured && !options.svg.empty() &&
        !write_picture(options.svg, outages.back())) {
      fmt::print(stderr, "beckon-bench-fleet: cannot write {}\n", options.svg);
      return 1;
    }
  }
  std::vector<OutageFigures> sizes;
  for (const std::int64_t part : {1000, 100, 10}) {
    for (const base::Duration lasted : kOutages) {
      sizes.push_back(run_outage({options.devices / part, options.limit_per_s, lasted, true}));
    }
  }
  fmt::print("{} devices, {} new connections per second:\n\n{}\n", grouped(options.devices),
             options.limit_per_s, policies_table(outages));
  fmt::print("Beckon's policy for smaller fleets:\n\n{}\n", sizes_table(sizes));
  fmt::print(
      "A day of {} devices under the limit of 2 hours per connection:\n\n{}",
      grouped(options.devices),
      renewals_table(renew_for_a_day({options.devices, options.limit_per_s, options.ours_only})));
  return 0;
}

}  // namespace
}  // namespace beckon::bench

int main(int argc, char** argv) {
  CLI::App app("Simulates a fleet of devices against the gateway's limit of new connections.",
               "beckon-bench-fleet");
  beckon::bench::Options options;
  app.add_option("--devices", options.devices, "how many devices")
      ->capture_default_str()
      ->check(CLI::Range(1000, 10'000'000));
  app.add_option("--limit", options.limit_per_s, "new connections per second")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  app.add_flag("--ours", options.ours_only, "Beckon's policy alone, in a few seconds");
  app.add_option("--svg", options.svg, "write the picture to this file");
  app.footer("Example: beckon-bench-fleet --svg docs/fleet.svg > fleet.md");
  CLI11_PARSE(app, argc, argv);
  return beckon::bench::run(options);
}
