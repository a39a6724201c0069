// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace beckon::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string names_of(const std::vector<const CLI::App*>& commands) {
  std::string names;
  for (const CLI::App* command : commands) names += command->get_name() + " ";
  return names;
}

std::string flags_of(const CLI::App& app) {
  std::string flags;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) flags += "--" + name + " ";
  }
  return flags;
}

// What can stand behind a command ("post", "device add"): of a group its commands, else its flags.
std::string words_of(const CLI::App& command) {
  const auto inner = commands_of(command);
  if (!inner.empty()) return names_of(inner);
  return (command.get_name() == "completion" ? "bash " : "") + flags_of(command);
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  const auto commands = commands_of(app);
  std::string steps = fmt::format("      '') names=\" {}\" ;;\n", names_of(commands));
  std::string cases;
  std::string groups = "*,completion";
  for (const CLI::App* command : commands) {
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), words_of(*command));
    const auto inner = commands_of(*command);
    if (inner.empty()) continue;
    groups += "|*," + command->get_name();
    steps += fmt::format("      {}) names=\" {}\" ;;\n", command->get_name(), names_of(inner));
    for (const CLI::App* verb : inner) {
      cases += fmt::format("    '{} {}') words=\"{}\" ;;\n", command->get_name(), verb->get_name(),
                           words_of(*verb));
    }
  }
  return fmt::format(
      R"(# bash completion for beckon; for this shell: source <(beckon completion bash)
_beckon() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= word words names
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $command in
{0}      *) names= ;;
    esac
    case $names in *" $word "*) command="${{command:+$command }}$word" ;; esac
  done
  case $command in
{1}    *) words="{2}" ;;
  esac
  case $current,$command in
    -*|*,|{3}) COMPREPLY=($(compgen -W "$words {4}" -- "$current")) ;;
  esac
}}
complete -o default -F _beckon beckon
)",
      steps, cases, names_of(commands), groups, flags_of(app));
}

}  // namespace beckon::cli
