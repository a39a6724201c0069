// SPDX-License-Identifier: Apache-2.0
// beckon-emulator's command line.
#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "common/base/log.h"
#include "emulator/events/async_queue.h"
#include "emulator/gateway/options.h"

namespace beckon::emulator {

struct AppOptions {
  std::string template_path;
  std::string stack_name = "beckon";
  std::string region = "us-east-1";
  std::string access_key_id = "local";
  std::string secret_access_key = "local";
  std::map<std::string, std::string> parameters;
  std::string host = "127.0.0.1";
  int port = 3001;
  bool print_authority = false;  // "beckon-emulator ca": nothing else is done
  bool tls = false;
  std::string ca_dir;                      // of the local authority; "": none can be told
  std::vector<std::string> allowed_hosts;  // Host headers answered beside the loopback names
  std::string data_dir;                    // "": in memory
  bool json = false;
  bool prewarm = true;
  base::LogLevel log_level = base::LogLevel::kInfo;
  int function_concurrency = 10;
  std::vector<base::Duration> async_retry_delays = AsyncQueueOptions{}.retry_delays;
  double event_duplicates = 0;  // the probability that a rule's target gets an event twice
  GatewayOptions gateway;
};

// The options, or the exit status of a program that has already said what there was to say: 0 for
// --help, --version and completion, 1 if that cannot be printed, 2 for a mistake.
std::expected<AppOptions, int> parse_options(int argc, char** argv);

}  // namespace beckon::emulator
