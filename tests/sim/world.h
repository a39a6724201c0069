// SPDX-License-Identifier: Apache-2.0
// One world: a time of troubles, then calm, in which everything must come right. One seed is one
// world: the same on every run and every platform.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/context.h"
#include "tests/sim/device.h"
#include "tests/sim/functions.h"
#include "tests/sim/gateway.h"
#include "tests/sim/ledger.h"
#include "tests/sim/operator.h"
#include "tests/sim/tables.h"

namespace beckon::sim {

struct Result {
  Verdict verdict;
  std::uint64_t digest = 0;
  std::uint64_t tasks = 0;
  std::uint64_t dispatches = 0;
  std::uint64_t frames = 0;
};

class World {
 public:
  World(std::uint64_t seed, bool print);

  Result run();

 private:
  void populate();
  void plan_stretch();
  void plan_restore();
  void restore(const tests::MemoryDatabase::Rows& backup);
  void troubles();
  void calm();
  void check_caught_up(const char* invariant, base::Duration within);
  void check_takeover();
  void check_live();
  void check_quiet();
  void check_presence();
  void sum_up();

  Context context_;
  Ledger ledger_;
  Tables tables_;
  Functions functions_;
  Gateway gateway_;
  Operator operator_;
  std::vector<std::string> users_;
  std::map<std::string, std::vector<std::string>> names_;  // of devices, by user
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace beckon::sim
