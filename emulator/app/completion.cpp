// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace beckon::emulator {

std::string bash_completion(const CLI::App& app) {
  std::string flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags += "--" + name + " ";
  }
  std::string commands;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands += command->get_name() + " ";
  }
  return fmt::format(
      R"(# bash completion for beckon-emulator; for this shell: source <(beckon-emulator completion bash)
_beckon_emulator() {{
  local current=${{COMP_WORDS[COMP_CWORD]}}
  case $current,${{COMP_WORDS[COMP_CWORD-1]}},$COMP_CWORD in
    -*) COMPREPLY=($(compgen -W "{0}" -- "$current")) ;;
    *,completion,*) COMPREPLY=($(compgen -W bash -- "$current")) ;;
    *,1) COMPREPLY=($(compgen -W "{1}" -- "$current")) ;;
  esac
}}
complete -o default -F _beckon_emulator beckon-emulator
)",
      flags, commands);
}

}  // namespace beckon::emulator
