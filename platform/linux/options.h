// SPDX-License-Identifier: Apache-2.0
// The command line of beckon-agent, and how it and the configuration file become one configuration.
#pragma once

#include <getopt.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config.h"

namespace beckon::platform {

struct Options {
  enum class Mode { kRun, kCheck, kHelp, kVersion };
  Mode mode = Mode::kRun;
  std::string config_file;
  // What flags say; it wins over the file.
  std::optional<std::string> url, user, device, key_file, ca_file, state_dir;
  std::optional<bool> start_oldest;
  std::optional<base::LogLevel> log_level;
  bool claim = false;
  bool insecure = false;
  bool no_state = false;
  bool verbose_lines = false;
  std::vector<agent::Header> headers;
  std::vector<std::pair<std::string, std::string>> timing;
  base::Duration command_timeout{600'000};
  std::vector<std::string> command;  // after "--"
};

// kInvalid: what is wrong with the command line.
base::Result<Options> parse_options(int argc, char** argv);

// The file (if any) and then the flags; looks into the file of trusted certificates, if one is
// named. Returns all errors; those of the file alone, if it has any.
agent::ConfigErrors load_config(const Options& options, agent::ActionTypes types,
                                agent::Config& config);

// Where the cursor is kept unless --state-dir or the file says otherwise: systemd's state
// directory, $XDG_STATE_HOME/beckon, ~/.local/state/beckon, and without a home /var/lib/beckon.
std::string default_state_dir();

// What parse_options() knows, for completion; the last one has no name.
const option* agent_flags();

extern const char kHelp[];

}  // namespace beckon::platform
