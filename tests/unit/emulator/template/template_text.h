// SPDX-License-Identifier: Apache-2.0
// Small templates for tests: loads a text as "t.yaml" and gives its outputs or its errors.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "emulator/template/load.h"

namespace beckon::emulator::testing {

inline base::Result<AppModel> load(std::string_view text,
                                   std::map<std::string, std::string> parameters = {}) {
  TemplateOptions options;
  options.path = "t.yaml";
  options.parameters = std::move(parameters);
  return load_template_text(text, options);
}

// All error lines, or "" if the template is fine.
inline std::string errors_of(std::string_view text,
                             std::map<std::string, std::string> parameters = {}) {
  const auto model = load(text, std::move(parameters));
  return model ? "" : model.error().message;
}

// The output "Out" of a template with one queue (Queue) and these other sections.
inline std::string output_of(std::string_view value, std::string_view sections = "") {
  const auto model =
      load(std::string(sections) +
           "\nResources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}\n"
           "Outputs:\n  Out:\n    Value: " +
           std::string(value) + "\n");
  return model ? model->outputs.at("Out") : "error: " + model.error().message;
}

}  // namespace beckon::emulator::testing
