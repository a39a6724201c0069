// SPDX-License-Identifier: Apache-2.0
// A template file is refused with places and expectations, or gives a model; never a crash.
#include <cstdint>

#include "common/base/assert.h"
#include "emulator/template/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace beckon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  emulator::TemplateOptions options;
  options.path = "template.yaml";
  const auto model = emulator::load_template_text(text, options);
  if (!model) BECKON_ASSERT(model.error().message.find("template.yaml") != std::string::npos);
  return 0;
}
