// SPDX-License-Identifier: Apache-2.0
// What common/ asks of the operating system, on Linux: the time and randomness. The only file of
// common/ that another platform replaces.
#include <sys/random.h>

#include <cerrno>
#include <ctime>

#include "common/base/assert.h"
#include "common/base/bytes.h"
#include "common/base/time.h"

namespace beckon::base {
namespace {

std::int64_t clock_ms(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

Instant monotonic_now() {
  return Instant(Duration(clock_ms(CLOCK_BOOTTIME)));
}

WallTime wall_now() {
  return WallTime{clock_ms(CLOCK_REALTIME)};
}

void random_bytes(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = getrandom(out.data() + done, out.size() - done, 0);
    if (n < 0 && errno == EINTR) continue;
    BECKON_ASSERT(n > 0);
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace beckon::base
