// SPDX-License-Identifier: Apache-2.0
// No frame can crash either end's decoders, and what decodes as a cursor prints as what was read.
#include <cstdint>

#include "common/base/assert.h"
#include "common/json/json.h"
#include "common/protocol/cursor.h"
#include "common/protocol/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(protocol::decode_server_message(text));
  if (const auto cursor = protocol::parse_cursor(text)) {
    BECKON_ASSERT(protocol::to_string(*cursor) == text);
  }
  if (const auto body = json::parse(text, json::kDepthMaxHost)) {
    static_cast<void>(protocol::decode_sync(body->root()));
    static_cast<void>(protocol::decode_send(body->root()));
  }
  return 0;
}
