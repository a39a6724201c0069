// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/command_line.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

// Programs that read one of their arguments, or their standard input, as a program.
constexpr std::string_view kShells[] = {"sh",   "ash", "bash", "csh",  "dash",
                                        "fish", "ksh", "mksh", "tcsh", "zsh"};

bool is_shell(std::string_view argument) {
  const std::string_view name = argument.substr(argument.rfind('/') + 1);
  return std::ranges::find(kShells, name) != std::end(kShells);
}

// "-ec", "+o": letters, each of which is an option of a shell. For bash "+c" is "-c".
bool are_letters(std::string_view argument) {
  return argument.size() > 1 && (argument[0] == '+' || (argument[0] == '-' && argument[1] != '-'));
}

// "-c", "-ec", …
bool is_option(std::string_view argument, char letter) {
  return are_letters(argument) && argument.contains(letter);
}

// How many of the arguments behind a shell's option are its values: "-eo pipefail", "-O extglob".
std::size_t count_values(std::string_view argument) {
  if (argument == "--rcfile" || argument == "--init-file") return 1;
  if (!are_letters(argument)) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(argument, [](char letter) { return letter == 'o' || letter == 'O'; }));
}

// "-", "--", "--out": what the event says is, or ends, an option's name. Not so "-n" and "--out=".
bool is_unfinished_option(std::string_view start) {
  return start == "-" || (start.starts_with("--") && !start.contains('='));
}

constexpr const char* kShellAdvice =
    "expected a script without templates, which reads what \"environment\" gives it: "
    "{\"TITLE\": \"${data.title}\"} is \"$BECKON_TITLE\" in the script";

// Whether the event is, or names, what the shell at this place runs. Behind another program, as in
// env sh -c …, only "-c" shows that it is one.
std::optional<CommandError> check_shell(const std::vector<agent::Template>& command,
                                        std::size_t shell) {
  bool in_argument = false;
  for (std::size_t i = shell + 1; i < command.size(); ++i) {
    const std::string_view text = command[i].literal_start();
    if (!command[i].is_constant() || (!text.starts_with('-') && !text.starts_with('+'))) {
      if (command[i].is_constant() || (shell != 0 && !in_argument)) return std::nullopt;
      return CommandError{
          i, std::string("an event cannot be a part of a shell's script; ") + kShellAdvice};
    }
    if (is_option(text, 'c')) in_argument = true;
    if (is_option(text, 's') && !in_argument) break;
    i += count_values(text);
  }
  if (shell != 0) return std::nullopt;
  return CommandError{0, std::string("a shell without a script would run the event; ") +
                             "expected \"-c\" and a script, or a script's file"};
}

}  // namespace

std::optional<CommandError> check_command(const std::vector<agent::Template>& command) {
  if (!command.front().is_constant()) {
    return CommandError{0, "expected a program's name or path; an event cannot choose the program"};
  }
  bool options_ended = false;
  for (std::size_t i = 1; i < command.size() && !options_ended; ++i) {
    const std::string_view start = command[i].literal_start();
    if (command[i].is_constant()) {
      options_ended = start == "--";
    } else if (is_unfinished_option(start)) {
      return CommandError{i, "an event cannot choose an option; expected its whole name here"};
    }
  }
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (!command[i].is_constant() || !is_shell(command[i].literal_start())) continue;
    if (auto error = check_shell(command, i)) return error;
  }
  return std::nullopt;
}

base::Result<std::vector<std::string>> fill_command(const std::vector<agent::Template>& command,
                                                    const agent::ReceivedEvent& event) {
  std::vector<std::string> arguments;
  bool options_ended = false;
  for (std::size_t i = 0; i < command.size(); ++i) {
    auto filled = command[i].fill(event);
    if (!filled) return std::unexpected(filled.error());
    if (!options_ended && command[i].begins_with_field() && filled->starts_with('-')) {
      return fail(ErrorCode::kInvalid,
                  "argument " + std::to_string(i) +
                      " comes from the event and begins with \"-\"; "
                      "put \"--\" before it in the command if the program knows that");
    }
    if (filled->size() > kArgumentBytesMax && !command[i].is_constant()) {
      return fail(ErrorCode::kLimit, "argument " + std::to_string(i) + " has " +
                                         std::to_string(filled->size()) + " bytes, more than " +
                                         std::to_string(kArgumentBytesMax) +
                                         "; the event is whole on the command's standard input");
    }
    if (i > 0 && command[i].is_constant() && *filled == "--") options_ended = true;
    arguments.push_back(std::move(*filled));
  }
  return arguments;
}

}  // namespace beckon::platform
