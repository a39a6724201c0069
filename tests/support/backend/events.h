// SPDX-License-Identifier: Apache-2.0
// The events that API Gateway and EventBridge give to functions, as they come on AWS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::tests {

struct Caller {
  std::string user;
  std::string device;
  std::string connection{};
  std::int64_t connected_at_ms = 1'795'244'400'000;
  std::string public_key{};  // what it was let in with; "" where names are believed
};

std::string connect_event(const Caller& caller);
std::string message_event(const Caller& caller, std::string_view route, std::string_view body);
std::string disconnect_event(const Caller& caller);

struct Posted {
  std::string id = "7bf73129-1428-4cd3-a780-95db273d1602";
  std::string name = "message";
  std::string detail{};  // JSON text
};

std::string bus_event(const Posted& posted);
// {"target":{"user":…},"text":…} and nothing else.
std::string detail_for(std::string_view user, std::string_view text);

// The frame in a function's result: its body; "" if there is none.
std::string body_of(std::string_view result);

}  // namespace beckon::tests
