// SPDX-License-Identifier: Apache-2.0
// The action "log": a line in the agent's log, at a level, from a template.
#pragma once

#include "agent/action.h"
#include "common/base/log.h"

namespace beckon::platform {

// {"type":"log", "level":"info", "text":"${name} ${data}"}
class LogActionType final : public agent::ActionType {
 public:
  explicit LogActionType(base::LogSink& log) : log_(log) {}
  std::string_view name() const override { return "log"; }
  std::unique_ptr<agent::Action> make(agent::ObjectReader& config) override;

 private:
  base::LogSink& log_;
};

}  // namespace beckon::platform
