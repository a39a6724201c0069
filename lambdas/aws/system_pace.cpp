// SPDX-License-Identifier: Apache-2.0
#include "lambdas/aws/pace.h"

#include <time.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/base/bytes.h"

namespace beckon::lambdas {

base::Instant SystemPace::now() {
  return base::monotonic_now();
}

base::WallTime SystemPace::wall_now() {
  return base::wall_now();
}

void SystemPace::wait(base::Duration duration) {
  if (duration <= base::Duration(0)) return;
  timespec left{};
  left.tv_sec = duration.count() / 1000;
  left.tv_nsec = duration.count() % 1000 * 1'000'000;
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

std::uint32_t SystemPace::random() {
  std::array<std::uint8_t, 4> bytes{};
  base::random_bytes(bytes);
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace beckon::lambdas
