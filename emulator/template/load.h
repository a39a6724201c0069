// SPDX-License-Identifier: Apache-2.0
// From a template file to what the emulator builds: reads, evaluates, checks. It touches no file
// but the template; whether a function's `bootstrap` is there is found out by who starts it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

struct TemplateOptions {
  std::string path;  // of the template; also how it is called in messages
  std::string stack_name = "beckon";
  std::string region = "us-east-1";
  std::string account = "000000000000";
  std::map<std::string, std::string> parameters;  // --parameter Key=Value
};

// Errors: kIo (cannot be read), kInvalid (all mistakes of the template, one a line, each
// "path:line:column: what was expected, what came").
base::Result<AppModel> load_template(const TemplateOptions& options);

// The same for a text in hand; options.path gives the folder for relative Code paths.
base::Result<AppModel> load_template_text(std::string_view text, const TemplateOptions& options);

}  // namespace beckon::emulator
