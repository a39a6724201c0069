// SPDX-License-Identifier: Apache-2.0
// Counts what the program allocates, by taking the place of malloc. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace beckon::footprint {

struct Allocations {
  std::uint64_t count = 0;  // operator new included
  std::int64_t bytes = 0;   // handed out and not given back
};

// From now on; what is printed by report_sites() begins anew too.
void start_counting();
// Ends it.
Allocations stop_counting();
// Where they were, most frequent first, on the standard error.
void report_sites();

}  // namespace beckon::footprint
