// SPDX-License-Identifier: Apache-2.0
// A template is refused or can be filled with any event, and what it gives is one text without
// U+0000, within its limit.
//
// Input: a line with the template, then the event's data.
#include <cstdint>

#include "agent/templates.h"
#include "common/base/assert.h"
#include "common/json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view rest = text.substr(std::min(line + 1, text.size()));
  const auto parsed = agent::Template::parse(text.substr(0, line));
  if (!parsed) {
    BECKON_ASSERT(!parsed.error().message.empty());
    return 0;
  }
  protocol::Event one;
  one.seq = 44;
  one.id = "9f3c";
  one.name = std::string(rest.substr(0, 64));
  const auto body = json::parse(rest);
  one.data = body && body->root().is_object() ? std::string(rest) : "{}";
  const agent::ReceivedEvent event("k3f9", std::move(one), base::WallTime{0});
  const auto filled = parsed->fill(event);
  if (!filled) {
    BECKON_ASSERT(!filled.error().message.empty());
    return 0;
  }
  BECKON_ASSERT(filled->size() <= agent::Template::kFilledBytesMax);
  BECKON_ASSERT(filled->find('\0') == std::string::npos ||
                text.substr(0, line).find('\0') != std::string_view::npos);
  return 0;
}
