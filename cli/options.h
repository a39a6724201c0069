// SPDX-License-Identifier: Apache-2.0
// What was typed, read into plain data. Decides nothing about the backend.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/device_options.h"
#include "cli/operator_event.h"
#include "cli/settings.h"
#include "common/base/time.h"

namespace beckon::cli {

struct PostOptions {
  OperatorEvent event;
  std::string sign_key_file;  // "": the event is not signed
  std::optional<base::Duration> wait;
};
struct ConnectionsOptions {
  std::string user;  // "" for everybody
};
struct EventsOptions {
  std::string user;
  int count_max = 20;
};
struct StatusOptions {
  std::string event_id;
};
struct DeadLettersOptions {
  int count_max = 100;
};
struct CompletionOptions {
  std::string script;  // ready to print
};

struct Options {
  SettingsFlags settings;
  bool json = false;
  std::variant<PostOptions, ConnectionsOptions, DevicesOptions, DeviceOptions, EventsOptions,
               StatusOptions, DeadLettersOptions, CompletionOptions>
      command;
};

// Reads the command line. Prints help, version or a usage error itself and then gives only an exit
// code. Throws Failure for values that are wrong in themselves (a duration, a --data file).
struct ParseOutcome {
  Options options;
  std::optional<int> exit_code;
};
ParseOutcome parse_command_line(int argc, const char* const* argv);

}  // namespace beckon::cli
