// SPDX-License-Identifier: Apache-2.0
// beckon-bench-load: the load that scripts/bench measures with. Results are JSON lines on the
// standard output. It talks to this machine only.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "bench/load/fleet.h"

namespace beckon::bench {
namespace {

struct EchoOptions {
  double seconds = 5;
  std::size_t payload_bytes = 64;
};

std::int64_t percentile(std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(last * share)];
}

// Every connection has one message under way at any time. A fifth of the time warms up first.
void run_echo(const FleetOptions& fleet_options, const EchoOptions& options) {
  Fleet fleet(fleet_options);
  const std::string message =
      fmt::format(R"({{"action":"echo","pad":"{}"}})", std::string(options.payload_bytes, 'x'));
  std::vector<std::int64_t> sent_ns(fleet.size());
  std::vector<std::int64_t> took_ns;
  const auto send = [&](std::size_t index) {
    sent_ns[index] = monotonic_ns();
    fleet.send(index, message);
  };
  for (std::size_t i = 0; i < fleet.size(); ++i) send(i);
  const std::int64_t from_ns = monotonic_ns() + static_cast<std::int64_t>(options.seconds * 2e8);
  const std::int64_t until_ns = from_ns + static_cast<std::int64_t>(options.seconds * 1e9);
  std::size_t errors = 0;
  while (monotonic_ns() < until_ns) {
    const std::size_t closed = fleet.turn(100, [&](std::size_t index, const std::string& answer) {
      const std::int64_t now_ns = monotonic_ns();
      if (answer != message) ++errors;
      if (now_ns >= from_ns) took_ns.push_back(now_ns - sent_ns[index]);
      send(index);
    });
    if (closed != 0) {
      fmt::print(stderr, "beckon-bench-load: {} connections were closed while measuring\n", closed);
      std::exit(1);
    }
  }
  std::ranges::sort(took_ns);
  fmt::print(
      "{{\"round_trips\":{},\"seconds\":{},\"per_s\":{:.1f},\"p50_us\":{},\"p99_us\":{},"
      "\"errors\":{}}}\n",
      took_ns.size(), options.seconds, static_cast<double>(took_ns.size()) / options.seconds,
      percentile(took_ns, 0.5) / 1000, percentile(took_ns, 0.99) / 1000, errors);
}

// Opens everything, says so, and holds it until the standard input ends. Whenever every connection
// has received one more message, says when the first and the last came.
void run_hold(const FleetOptions& fleet_options) {
  const std::int64_t began_ns = monotonic_ns();
  Fleet fleet(fleet_options);
  fmt::print("{{\"open\":{},\"seconds\":{:.3f}}}\n", fleet.size(),
             static_cast<double>(monotonic_ns() - began_ns) / 1e9);
  std::fflush(stdout);
  fleet.watch_input(STDIN_FILENO);
  std::size_t received = 0;
  std::int64_t first_ns = 0;
  std::size_t closed = 0;
  for (;;) {
    closed = fleet.turn(1000, [&](std::size_t, const std::string&) {
      const std::int64_t now_ns = monotonic_ns();
      if (received++ % fleet.size() == 0) first_ns = now_ns;
      if (received % fleet.size() == 0) {
        fmt::print("{{\"received\":{},\"first_ns\":{},\"last_ns\":{}}}\n", fleet.size(), first_ns,
                   now_ns);
        std::fflush(stdout);
      }
    });
    char byte = 0;
    if (fleet.input_ready() && read(STDIN_FILENO, &byte, 1) <= 0) break;
  }
  fmt::print("{{\"closed\":{}}}\n", closed);
}

int run(int argc, char** argv) {
  CLI::App app("Load for scripts/bench: many WebSocket connections from one thread.",
               "beckon-bench-load");
  FleetOptions fleet;
  EchoOptions echo;
  app.require_subcommand(1);
  app.add_option("--url", fleet.url, "ws://127.0.0.1:PORT/STAGE")->required();
  app.add_option("--connections", fleet.connections, "How many")->check(CLI::Range(1, 20000));
  app.add_option("--opens-per-s", fleet.opens_per_s, "New connections a second, at most");
  app.add_option("--user", fleet.user, "X-User-Id; the devices are USER-0, USER-1, …");
  CLI::App* echo_command = app.add_subcommand("echo", "Round trips through the route 'echo'");
  echo_command->add_option("--seconds", echo.seconds, "How long it is measured");
  echo_command->add_option("--payload-bytes", echo.payload_bytes, "Size of the padding");
  app.add_subcommand("hold", "Hold connections open until the standard input ends");
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
  CLI11_PARSE(app, argc, argv);
  echo_command->parsed() ? run_echo(fleet, echo) : run_hold(fleet);
  return 0;
}

}  // namespace
}  // namespace beckon::bench

int main(int argc, char** argv) {
  return beckon::bench::run(argc, argv);
}
