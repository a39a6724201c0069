// SPDX-License-Identifier: Apache-2.0
// A command and its arguments as a rule gives them, and what an event may say in them: the text of
// single arguments, and nothing that changes what the command is. Runs nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/event.h"
#include "agent/templates.h"
#include "common/base/error.h"

namespace beckon::platform {

// An argument that comes from an event; Linux itself takes 128 kB.
inline constexpr std::size_t kArgumentBytesMax = 8 * 1024;

// What is wrong with a command whoever the event is from, by argument ("command[2]: …" without the
// "command"): the program, an option's name or a shell's script comes from the event.
struct CommandError {
  std::size_t argument = 0;
  std::string message;
};
std::optional<CommandError> check_command(const std::vector<agent::Template>& command);

// The command line of one event. Errors: a template's, kInvalid (an argument that the event made
// look like an option), kLimit (kArgumentBytesMax).
base::Result<std::vector<std::string>> fill_command(const std::vector<agent::Template>& command,
                                                    const agent::ReceivedEvent& event);

}  // namespace beckon::platform
