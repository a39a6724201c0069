// SPDX-License-Identifier: Apache-2.0
// An event pattern is refused with AWS's sentence or can be held against any event.
//
// Input: a line with the pattern, then the event.
#include <algorithm>
#include <cstdint>

#include "common/base/assert.h"
#include "emulator/events/pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const auto pattern = emulator::EventPattern::compile(text.substr(0, line));
  if (!pattern) {
    BECKON_ASSERT(pattern.error().message.starts_with("Event pattern is not valid. Reason: "));
    return 0;
  }
  const auto event = json::parse(text.substr(std::min(line + 1, text.size())), json::kDepthMaxHost);
  if (event && event->root().is_object()) {
    const emulator::FlatEvent flat(event->root());
    static_cast<void>(pattern->matches(flat));
  }
  return 0;
}
