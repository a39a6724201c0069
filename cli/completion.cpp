// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace beckon::cli {
namespace {

std::string flags_of(const CLI::App& app) {
  std::string flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags += "--" + name + " ";
  }
  return flags;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string commands;
  std::string cases;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    commands += command->get_name() + " ";
    const std::string extra = command->get_name() == "completion" ? "bash " : "";
    cases +=
        fmt::format("    {}) words=\"{}{}\" ;;\n", command->get_name(), extra, flags_of(*command));
  }
  return fmt::format(
      R"(# bash completion for beckon; for this shell: source <(beckon completion bash)
_beckon() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= word words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {0}" in *" $word "*) command=$word; break ;; esac
  done
  case $command in
{1}    *) words="{0}" ;;
  esac
  if [[ $current == -* || -z $command || $command == completion ]]; then
    COMPREPLY=($(compgen -W "$words {2}" -- "$current"))
  fi
}}
complete -o default -F _beckon beckon
)",
      commands, cases, flags_of(app));
}

}  // namespace beckon::cli
