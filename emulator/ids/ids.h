// SPDX-License-Identifier: Apache-2.0
// Identifiers in the forms that AWS gives them. Random, from the operating system's generator,
// drawn in larger portions because every message needs several.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace beckon::emulator {

class IdSource {
 public:
  // "1b4e28ba-2fa1-41d2-883f-0016d3cca427", version 4: Lambda's request ids, x-amzn-RequestId.
  std::string uuid();
  // 15 base64url characters and "=": connection, message and request ids of API Gateway.
  std::string gateway_id();
  // A message id of this connection: like a gateway_id, with the connection id's last 7 characters.
  std::string message_id(std::string_view connection_id);
  // "1-68a1b2c3-0123456789abcdef01234567": the root of an X-Ray trace id.
  std::string trace_root();
  // So many lower-case hexadecimal digits; even.
  std::string hex(std::size_t digits);

 private:
  void draw(std::span<std::uint8_t> out);

  std::array<std::uint8_t, 1024> pool_{};
  std::size_t used_ = pool_.size();
};

}  // namespace beckon::emulator
