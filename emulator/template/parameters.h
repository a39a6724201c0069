// SPDX-License-Identifier: Apache-2.0
// The Parameters section: what each parameter's value is, after --parameter and
// defaults, and whether its declaration allows it.
#pragma once

#include <map>
#include <string>

#include "emulator/template/diagnostics.h"
#include "emulator/template/node.h"

namespace beckon::emulator {

struct ParameterValues {
  std::map<std::string, TemplateNode> nodes;  // for the evaluator
  std::map<std::string, std::string> texts;   // as a person would give them
};

// section: the Parameters mapping, or nullptr. given: what the caller sets. An unknown name in
// `given` is an error that lists the known ones.
ParameterValues read_parameters(const TemplateNode* section,
                                const std::map<std::string, std::string>& given,
                                TemplateErrors& errors);

}  // namespace beckon::emulator
