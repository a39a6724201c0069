// SPDX-License-Identifier: Apache-2.0
// Starting a function's process: its directory, environment, limits and output, and that it cannot
// outlive the emulator. Decides nothing about when processes start or end.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace beckon::emulator {

struct SpawnRequest {
  std::string executable;                // absolute
  std::string directory;                 // the working directory
  std::vector<std::string> environment;  // "NAME=value"
};

struct SpawnResult {
  pid_t pid = -1;      // also the id of its process group
  int pid_fd = -1;     // readable when the process has ended; the caller's to close
  int output_fd = -1;  // its stdout and stderr, non-blocking; the caller's to close
  int error = 0;       // errno if it could not be started; the rest is unset then
};

// The process is killed by the kernel when the calling thread ends, however that happens.
SpawnResult spawn(const SpawnRequest& request);

// Kills the process and all of its group, and waits for the process. Returns its wait status.
int kill_and_reap(pid_t pid);

// "exit status 3", "signal: killed": as Lambda's error texts name them; "" for exit status 0.
std::string describe_exit(int wait_status);

}  // namespace beckon::emulator
