// SPDX-License-Identifier: Apache-2.0
// What a developer may change about the gateway's limits; the defaults are API Gateway's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/base/time.h"

namespace beckon::emulator {

struct GatewayOptions {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  int port = 0;  // for X-Forwarded-Port
  base::Duration idle_timeout = std::chrono::minutes(10);
  base::Duration lifetime = std::chrono::hours(2);
  // Not known for certain of API Gateway, so they can be switched.
  bool answer_ping = true;
  bool ping_resets_idle = false;
  std::size_t send_buffer_bytes_max = 256 * 1024;
  // In place of the template's; 0: no limit.
  std::optional<double> connect_rate_per_s;
  std::optional<double> message_rate_per_s;
};

}  // namespace beckon::emulator
