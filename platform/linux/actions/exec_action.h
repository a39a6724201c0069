// SPDX-License-Identifier: Apache-2.0
// The action "exec": runs a command. The event is its standard input (one JSON object) and stands
// in BECKON_* variables; templates fill whole arguments. No shell, no splitting: what an event says
// is never a program, never a shell's script, and never looks like an option unless the rule put
// "--" before it. A rule that wants a shell says so in its command, and the script reads the event
// from the environment or its standard input. What the command leaves running ends with it; what is
// meant to stay takes a session of its own (setsid).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "agent/action.h"
#include "agent/templates.h"
#include "common/base/log.h"
#include "platform/linux/actions/command_line.h"
#include "platform/linux/processes.h"

namespace beckon::platform {

struct ExecSettings {
  std::vector<agent::Template> command;  // [0] is constant
  struct Variable {
    std::string name;  // without BECKON_
    agent::Template value;
  };
  std::vector<Variable> variables;
  std::vector<std::string> inherited;  // names of the agent's variables that the command sees
  bool inherit_all = false;
  std::string directory;
  base::Duration timeout{30'000};
  base::Duration kill_after{2'000};
  bool capture = true;
};

// Arguments and BECKON_* variables of one event together. What is larger is read from standard
// input.
inline constexpr std::size_t kEventBytesMax = 64 * 1024;

// {"type":"exec", "command":["notify-send","--","${data.title}"], "timeout":"30s",
//  "environment":{"TITLE":"${data.title}"}, "inherit":["DISPLAY"], "directory":"/"}
class ExecActionType final : public agent::ActionType {
 public:
  explicit ExecActionType(base::LogSink& log) : log_(log) {}
  // Before the first run of an action; checking a configuration does without.
  void set_processes(Processes& processes) { processes_ = &processes; }
  std::string_view name() const override { return "exec"; }
  // A program that is not there now is a warning in the log and no error: it may come later, with
  // a package or a disk, and is looked for anew at each event.
  std::unique_ptr<agent::Action> make(agent::ObjectReader& config) override;
  std::unique_ptr<agent::Action> make(ExecSettings settings);

 private:
  Processes* processes_ = nullptr;
  base::LogSink& log_;
};

}  // namespace beckon::platform
