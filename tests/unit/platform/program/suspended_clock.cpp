// SPDX-License-Identifier: Apache-2.0
// To be preloaded into a program: the machine seems to have been suspended for as many seconds as
// the file that BECKON_TEST_SUSPENDED names has bytes. CLOCK_BOOTTIME goes on in a suspend,
// CLOCK_MONOTONIC does not.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): glibc's names are its own
extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const long status = syscall(SYS_clock_gettime, clock, now);
  const char* path = std::getenv("BECKON_TEST_SUSPENDED");
  struct stat file{};
  if (status == 0 && clock == CLOCK_BOOTTIME && path != nullptr && stat(path, &file) == 0) {
    now->tv_sec += file.st_size;
  }
  return static_cast<int>(status);
}
