// SPDX-License-Identifier: Apache-2.0
// What the JSON reader accepts, it prints as text that it accepts again and prints the same.
#include <cstdint>

#include "common/base/assert.h"
#include "common/json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = json::parse(text, json::kDepthMaxHost);
  if (!document) return 0;
  const std::string printed = document->root().print();
  const auto again = json::parse(printed, json::kDepthMaxHost);
  BECKON_ASSERT(again.has_value());
  BECKON_ASSERT(again->root().print() == printed);
  return 0;
}
