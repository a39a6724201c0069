// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/actions/exec_action.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "platform/linux/actions/long_action.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;
using namespace std::chrono_literals;

// What every command gets of the agent's environment: enough to find programs and to speak the
// right language, nothing that could be a secret.
constexpr const char* kAlwaysInherited[] = {"PATH", "HOME",   "USER", "LOGNAME",
                                            "LANG", "LC_ALL", "TZ",   "TMPDIR"};

constexpr const char* kFields[][2] = {{"ID", "id"},         {"NAME", "name"}, {"SEQ", "seq"},
                                      {"STREAM", "stream"}, {"TIME", "time"}, {"DATA", "data"}};

bool is_variable_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_agents_own(std::string_view name) {
  return std::ranges::any_of(kFields, [&](const auto& field) { return name == field[0]; });
}

void inherit(const char* name, std::vector<std::string>& environment) {
  if (const char* value = std::getenv(name)) {
    environment.push_back(std::string(name) + "=" + value);
  }
}

base::Result<std::vector<std::string>> make_environment(const ExecSettings& settings,
                                                        const agent::ReceivedEvent& event) {
  std::vector<std::string> environment;
  if (settings.inherit_all) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      if (!std::string_view(*entry).starts_with("BECKON_")) environment.emplace_back(*entry);
    }
  } else {
    for (const char* name : kAlwaysInherited) inherit(name, environment);
    for (const std::string& name : settings.inherited) inherit(name.c_str(), environment);
  }
  for (const auto& [name, field] : kFields) {
    const std::string value = event.field(field).value_or("");
    if (value.find('\0') != std::string::npos) {
      return fail(ErrorCode::kInvalid, std::string(field) + " holds the character U+0000");
    }
    environment.push_back("BECKON_" + std::string(name) + "=" + value);
  }
  for (const ExecSettings::Variable& variable : settings.variables) {
    auto value = variable.value.fill(event);
    if (!value) return std::unexpected(value.error());
    environment.push_back("BECKON_" + variable.name + "=" + *value);
  }
  return environment;
}

base::Status check_size(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment) {
  std::size_t bytes = 0;
  for (const std::string& argument : arguments) bytes += argument.size();
  for (const std::string& variable : environment) {
    if (variable.starts_with("BECKON_")) bytes += variable.size();
  }
  if (bytes <= kEventBytesMax) return {};
  return fail(ErrorCode::kLimit, "the event makes " + std::to_string(bytes) +
                                     " bytes of arguments and variables, more than " +
                                     std::to_string(kEventBytesMax) +
                                     "; it is whole on the command's standard input");
}

// Whether there is such a program now. As execvp() looks, from the folder that it would start in.
bool is_there(const std::string& program, const std::string& directory) {
  const char* path = program.contains('/') ? "" : std::getenv("PATH");
  if (path == nullptr) path = "/bin:/usr/bin";
  while (true) {
    const char* const end = strchrnul(path, ':');
    std::string file = end == path ? program : std::string(path, end) + "/" + program;
    if (!file.starts_with('/') && !directory.empty()) file = directory + "/" + file;
    struct stat found{};
    if (stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
        faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0) {
      return true;
    }
    if (*end == '\0') return false;
    path = end + 1;
  }
}

class ExecAction final : public LongAction {
 public:
  // processes: the type's, which is set before the first run.
  ExecAction(Processes* const& processes, base::LogSink& log, ExecSettings settings)
      : processes_(processes), log_(log), settings_(std::move(settings)) {}

 private:
  base::Status begin(agent::Run run, const agent::ReceivedEvent& event,
                     agent::RunObserver& observer) override {
    ProcessSpec spec;
    auto arguments = fill_command(settings_.command, event);
    if (!arguments) return std::unexpected(arguments.error());
    auto environment = make_environment(settings_, event);
    if (!environment) return std::unexpected(environment.error());
    if (const auto fits = check_size(*arguments, *environment); !fits) return fits;
    spec.arguments = std::move(*arguments);
    spec.environment = std::move(*environment);
    spec.input = event.line() + "\n";
    spec.directory = settings_.directory;
    spec.timeout = settings_.timeout;
    spec.kill_after = settings_.kill_after;
    spec.capture = settings_.capture;
    const std::string program = spec.arguments[0];
    base::LogSink& sink = log_;
    const bool captured = spec.capture;
    return processes_->start(
        spec, [run, &observer, &sink, program, captured](const ProcessResult& result) {
          const base::Logger log(sink, "exec");
          const base::Status status = result.status();
          const char* cut = result.output_cut ? " …" : "";
          if (!status && !captured) {
            log.warning("%s: %s", program.c_str(), status.error().message.c_str());
          } else if (!status) {
            log.warning("%s: %s; it wrote: %s%s", program.c_str(), status.error().message.c_str(),
                        result.output.empty() ? "nothing" : result.output.c_str(), cut);
          } else if (!result.output.empty()) {
            log.info("%s wrote: %s%s", program.c_str(), result.output.c_str(), cut);
          }
          observer.run_finished(run, status);
        });
  }

  Processes* const& processes_;
  base::LogSink& log_;
  ExecSettings settings_;
};

void read_command(agent::ObjectReader& config, ExecSettings& settings) {
  const json::View command = config.array("command");
  std::size_t index = 0;
  for (const json::View argument : command) {
    const std::string at = "command[" + std::to_string(index) + "]";
    const auto text = argument.string();
    if (!text) {
      config.wrong(at, "a string", argument);
    } else if (auto parsed = agent::Template::parse(*text); !parsed) {
      config.error(at, parsed.error().message);
    } else if (index == 0 && text->empty()) {
      config.error(at, "expected a program's name or path, got \"\"");
    } else {
      settings.command.push_back(std::move(*parsed));
    }
    ++index;
  }
  if (command.exists() && index == 0)
    config.wrong("command", "a program and its arguments", command);
  if (index == 0 && !config.failed()) {
    config.missing("command", "a list of the program and its arguments");
  }
  if (config.failed()) return;
  if (const auto error = check_command(settings.command)) {
    config.error("command[" + std::to_string(error->argument) + "]", error->message);
  }
}

void read_environment(agent::ObjectReader& config, ExecSettings& settings) {
  for (const json::View member : config.object("environment")) {
    const std::string at = "environment." + std::string(member.key());
    const auto text = member.string();
    if (!is_variable_name(member.key())) {
      config.error(at, "expected a name of letters, digits and _ (BECKON_ is put before it)");
    } else if (is_agents_own(member.key())) {
      config.error(at, "BECKON_" + std::string(member.key()) +
                           " is set for every command; expected another name");
    } else if (!text) {
      config.wrong(at, "a string", member);
    } else if (auto parsed = agent::Template::parse(*text); !parsed) {
      config.error(at, parsed.error().message);
    } else {
      settings.variables.push_back({std::string(member.key()), std::move(*parsed)});
    }
  }
  for (const json::View name : config.array("inherit")) {
    const auto text = name.string();
    if (text && is_variable_name(*text) && !text->starts_with("BECKON_")) {
      settings.inherited.emplace_back(*text);
    } else {
      config.wrong("inherit", "names of variables that do not begin with BECKON_", name);
    }
  }
}

}  // namespace

std::unique_ptr<agent::Action> ExecActionType::make(agent::ObjectReader& config) {
  ExecSettings settings;
  read_command(config, settings);
  read_environment(config, settings);
  if (auto value = config.duration("timeout", 10ms, 24h)) settings.timeout = *value;
  if (auto value = config.duration("kill_after", 0ms, 10min)) settings.kill_after = *value;
  if (auto value = config.text("directory")) settings.directory = std::move(*value);
  if (config.failed()) return nullptr;
  return make(std::move(settings));
}

std::unique_ptr<agent::Action> ExecActionType::make(ExecSettings settings) {
  const std::string program(settings.command.front().literal_start());
  if (!is_there(program, settings.directory)) {
    base::Logger(log_, "exec")
        .warning("%s cannot be run now: %s; until it can, it fails for each event", program.c_str(),
                 program.contains('/') ? "no file that this user may run" : "in no folder of PATH");
  }
  return std::make_unique<ExecAction>(processes_, log_, std::move(settings));
}

}  // namespace beckon::platform
