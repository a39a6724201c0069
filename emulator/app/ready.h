// SPDX-License-Identifier: Apache-2.0
// What the emulator says about itself when it is ready: one line for scripts, a block for people.
#pragma once

#include <string>
#include <vector>

#include "emulator/app/endpoints.h"
#include "emulator/app/options.h"
#include "emulator/functions/functions.h"
#include "emulator/template/model.h"

namespace beckon::emulator {

// missing: the functions that cannot be started yet.
std::string ready_json(const AppOptions& options, const AppModel& model, const Endpoints& endpoints,
                       const std::vector<FunctionProblem>& missing);
std::string ready_text(const AppOptions& options, const AppModel& model, const Endpoints& endpoints,
                       const std::vector<FunctionProblem>& missing);

// The template's AuthMode, or "none" if it has no such parameter.
std::string auth_mode(const AppModel& model);

}  // namespace beckon::emulator
