// SPDX-License-Identifier: Apache-2.0
// What fault injection may ask of the gateway. Nothing is injected where a function is empty.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace beckon::emulator {

enum class PostFault : std::uint8_t {
  kNone,
  kSwallow,   // answered 200, not delivered
  kThrottle,  // 429
  kGone,      // 410
};

enum class LinkFault : std::uint8_t {
  kNone,
  kCut,       // the link is reset
  kHalfOpen,  // the link falls silent
};

struct GatewayFaults {
  // For each POST to a connection that is open.
  std::function<PostFault(const std::string& connection_id)> post;
  // For each message, from the client or to it. It is lost with the link.
  std::function<LinkFault(const std::string& connection_id)> message;
};

}  // namespace beckon::emulator
