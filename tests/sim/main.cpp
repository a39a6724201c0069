// SPDX-License-Identifier: Apache-2.0
// beckon-sim: worlds by number. Quiet unless asked; what fails names the command that repeats it.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "tests/sim/regressions.h"
#include "tests/sim/world.h"

namespace {

using beckon::sim::Digest;
using beckon::sim::Result;
using beckon::sim::World;

constexpr char kUsage[] =
    "usage: beckon-sim [--seeds A..B | --seed N | --regressions] [--trace] [--digest] "
    "[--keep-going]\n"
    "  --seeds A..B    the worlds A to B (default 1..200)\n"
    "  --seed N        one world\n"
    "  --trace         prints what happens in it\n"
    "  --regressions   the worlds that once found something\n"
    "  --digest        prints one digest over all of them: the same on every platform\n"
    "  --progress      names each world before it runs, for when one crashes\n"
    "  --keep-going    does not stop at the first failure\n"
    "  --help          prints this\n"
    "Examples: beckon-sim --seeds 1..10000      beckon-sim --seed 311 --trace\n"
    "exit status: 0 all promises held, 1 one was broken, 2 a wrong argument\n";

struct Arguments {
  unsigned long long first = 1;
  unsigned long long last = 200;
  bool trace = false;
  bool digest = false;
  bool keep_going = false;
  bool regressions = false;
  bool progress = false;
};

struct Sum {
  Digest digest;
  unsigned long long worlds = 0;
  unsigned long long tasks = 0;
  unsigned long long dispatches = 0;
  unsigned long long frames = 0;
  unsigned long long failed = 0;
};

bool parse_number(std::string_view text, unsigned long long& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// False after it has said what is wrong.
bool parse(int count, char** values, Arguments& arguments) {
  const auto wrong = [](const char* expected, std::string_view got) {
    std::fprintf(stderr, "beckon-sim: expected %s, got \"%.*s\"; see beckon-sim --help\n", expected,
                 static_cast<int>(got.size()), got.data());
    return false;
  };
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = values[i];
    const std::string_view value = i + 1 < count ? values[i + 1] : "";
    if (argument == "--trace") {
      arguments.trace = true;
    } else if (argument == "--digest") {
      arguments.digest = true;
    } else if (argument == "--keep-going") {
      arguments.keep_going = true;
    } else if (argument == "--progress") {
      arguments.progress = true;
    } else if (argument == "--regressions") {
      arguments.regressions = true;
    } else if (argument == "--seed") {
      ++i;
      if (!parse_number(value, arguments.first)) return wrong("--seed with a number", value);
      arguments.last = arguments.first;
    } else if (argument == "--seeds") {
      ++i;
      const std::size_t dots = value.find("..");
      if (dots == std::string_view::npos || !parse_number(value.substr(0, dots), arguments.first) ||
          !parse_number(value.substr(dots + 2), arguments.last) ||
          arguments.first > arguments.last) {
        return wrong("--seeds with a range such as 1..200", value);
      }
    } else {
      return wrong("one of its options", argument);
    }
  }
  return true;
}

void report(unsigned long long seed, const Result& result) {
  const auto ms = static_cast<long long>(result.verdict.at.time_since_epoch().count());
  std::printf("beckon-sim --seed %llu: broken: %s: %s (at %lld.%03d s)\n", seed,
              result.verdict.invariant.c_str(), result.verdict.message.c_str(), ms / 1000,
              static_cast<int>(ms % 1000));
}

// False if it is time to stop.
bool run_one(unsigned long long seed, const Arguments& arguments, Sum& sum) {
  if (arguments.progress) {
    std::printf("world %llu\n", seed);
    std::fflush(stdout);
  }
  const Result result = World(seed, arguments.trace).run();
  sum.digest.add(result.digest);
  ++sum.worlds;
  sum.tasks += result.tasks;
  sum.dispatches += result.dispatches;
  sum.frames += result.frames;
  if (result.verdict.invariant.empty()) return true;
  report(seed, result);
  ++sum.failed;
  return arguments.keep_going;
}

void run_all(const Arguments& arguments, Sum& sum) {
  if (arguments.regressions) {
    for (const auto& regression : beckon::sim::kRegressions) {
      if (!run_one(regression.seed, arguments, sum)) return;
    }
    return;
  }
  for (unsigned long long seed = arguments.first; seed <= arguments.last; ++seed) {
    if (!run_one(seed, arguments, sum)) return;
  }
}

}  // namespace

int main(int count, char** values) {
  if (count == 2 && std::string_view(values[1]) == "--help") {
    std::fputs(kUsage, stdout);
    return 0;
  }
  Arguments arguments;
  if (!parse(count, values, arguments)) return 2;
  Sum sum;
  run_all(arguments, sum);
  if (arguments.digest) {
    std::printf("%016llx\n", static_cast<unsigned long long>(sum.digest.value()));
  }
  if (sum.failed > 0) return 1;
  std::printf(
      "%llu worlds: every promise held (%llu steps, %llu frames sent, %llu events dispatched)\n",
      sum.worlds, sum.tasks, sum.frames, sum.dispatches);
  return 0;
}
