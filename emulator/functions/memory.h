// SPDX-License-Identifier: Apache-2.0
// How much memory a function's process has used at most.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace beckon::emulator {

// An open /proc/<pid>/status, or -1; the caller's to close.
int open_memory_status(pid_t pid);
// The peak resident memory in kB; 0 if it cannot be read (the process has ended).
std::uint64_t read_memory_peak_kb(int status_fd);

}  // namespace beckon::emulator
