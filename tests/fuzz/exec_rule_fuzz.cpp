// SPDX-License-Identifier: Apache-2.0
// An exec rule is refused, or whatever an event says in its command, the program is the rule's, so
// is each option's name, and so is what a shell runs (as bash(1) reads its arguments, told here
// once more).
//
// Input: a line with the rule's action, then the event's data.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config.h"
#include "agent/config_reader.h"
#include "common/base/assert.h"
#include "common/json/json.h"
#include "platform/linux/actions/exec_action.h"

namespace {

using namespace beckon;

std::vector<agent::Template> command_of(json::View action) {
  std::vector<agent::Template> command;
  for (const json::View argument : action["command"]) {
    auto parsed = agent::Template::parse(argument.string_or(""));
    BECKON_ASSERT(parsed.has_value());
    command.push_back(*std::move(parsed));
  }
  return command;
}

bool is_shell(std::string_view program) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return name == "sh" || name == "bash" || name == "dash";
}

// The argument that a shell runs, as its script or the name of its file. None: what it reads.
std::optional<std::size_t> find_script(const std::vector<std::string>& arguments) {
  bool in_argument = false;
  bool reads_input = false;
  std::size_t at = 1;
  for (; at < arguments.size(); ++at) {
    const std::string& text = arguments[at];
    if (text.size() < 2 || (text[0] != '-' && text[0] != '+')) {
      if (text == "-") ++at;
      break;
    }
    if (text == "--") {
      ++at;
      break;
    }
    if (text.starts_with("--")) {
      if (text == "--rcfile" || text == "--init-file") ++at;
      continue;
    }
    for (const char letter : text.substr(1)) {
      if (letter == 'c') in_argument = true;
      if (letter == 's') reads_input = true;
      if (letter == 'o' || letter == 'O') ++at;  // its value
    }
  }
  if (at >= arguments.size() || (reads_input && !in_argument)) return std::nullopt;
  return at;
}

void check_option(const agent::Template& rule, std::string_view argument) {
  if (rule.is_constant() || !argument.starts_with('-')) return;
  const std::string_view fixed = rule.literal_start();
  BECKON_ASSERT(fixed.size() >= 2);
  BECKON_ASSERT(!argument.starts_with("--") || fixed.find('=') != std::string_view::npos);
}

void check(const std::vector<agent::Template>& command, const std::vector<std::string>& arguments) {
  BECKON_ASSERT(arguments.size() == command.size());
  BECKON_ASSERT(arguments[0] == command[0].literal_start());
  bool options_ended = false;
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (!options_ended) check_option(command[i], arguments[i]);
    BECKON_ASSERT(!arguments[i].contains('\0') || command[i].is_constant());
    BECKON_ASSERT(arguments[i].size() <= platform::kArgumentBytesMax || command[i].is_constant());
    if (command[i].is_constant() && arguments[i] == "--") options_ended = true;
  }
  if (!is_shell(arguments[0])) return;
  const auto script = find_script(arguments);
  BECKON_ASSERT(script && command[*script].is_constant());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view rest = text.substr(std::min(line + 1, text.size()));
  const auto action = json::parse(text.substr(0, line));
  if (!action) return 0;
  agent::ConfigErrors errors;
  agent::ObjectReader reader(action->root(), "action", errors);
  platform::ExecActionType type(base::null_log());
  const auto made = type.make(reader);
  BECKON_ASSERT((made != nullptr) == errors.empty());
  if (made == nullptr) return 0;
  protocol::Event event;
  event.name = "door.opened";
  const auto body = json::parse(rest);
  event.data = body && body->root().is_object() ? std::string(rest) : "{}";
  const std::vector<agent::Template> command = command_of(action->root());
  const auto arguments =
      platform::fill_command(command, agent::ReceivedEvent("k3f9", std::move(event), {}));
  if (arguments) {
    check(command, *arguments);
  } else {
    BECKON_ASSERT(!arguments.error().message.empty());
  }
  return 0;
}
