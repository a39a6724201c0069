// SPDX-License-Identifier: Apache-2.0
// What holds for all functions of an emulator, beside what the template says of each.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "common/base/time.h"

namespace beckon::emulator {

struct FunctionsOptions {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  // Added to every function's environment: credentials and endpoints. The template's own variables
  // win over them.
  std::map<std::string, std::string> environment;
  int runtime_api_port = 0;  // the port on every process's own loopback address
  int concurrency_max = 10;  // processes per function without reserved concurrency
  // Invocations that wait for a process, per function. Lambda has no such queue: it would have
  // started another process, which is what we cannot do without end.
  std::size_t queue_max = 1000;
  // The same in bytes of their events: a message of 128 kB may be an event of 768 kB.
  std::size_t queue_bytes_max = 64U << 20;
  // How long all processes must have been busy before another one is started. A short call ends
  // sooner than a process starts.
  base::Duration scale_up_after{4};
  base::Duration idle_max = std::chrono::minutes(10);  // then a waiting process is ended
  base::Duration init_max{10'000};                     // Lambda's limit from start to first "next"
};

}  // namespace beckon::emulator
