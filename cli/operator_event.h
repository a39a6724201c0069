// SPDX-License-Identifier: Apache-2.0
// An event as an operator posts it: checked, and put into the form that crosses EventBridge. What
// `deliver` would refuse is refused here, with a sentence, before anything is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/json/json.h"

namespace beckon::cli {

// Nesting of an event's data: what a device reads, less the three levels `synced` puts around it.
inline constexpr int kDataDepthMax = json::kDepthMaxDevice - 3;

struct OperatorEvent {
  std::string user;
  std::string name = "message";
  std::string data = "{}";            // JSON text of an object
  std::vector<std::string> devices;   // empty: all of the user's
  std::optional<std::int64_t> ttl_s;  // none: the backend's default
  std::string collapse;
  std::string signature;  // JSON text, see signing.h; "": not signed
};

// The data of `beckon post USER MESSAGE`: {"text":"<message>"}.
std::string message_data(std::string_view text);

// EventBridge's Detail for the event. Errors: kInvalid (names the argument, what was expected and
// what came), kLimit (the event does not fit kEventFrameBytesMax; says by how much).
base::Result<std::string> detail_of(const OperatorEvent& event);

}  // namespace beckon::cli
