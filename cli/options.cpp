// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "cli/completion.h"
#include "cli/failure.h"
#include "common/base/bytes.h"

namespace beckon::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  beckon post Bob "hey bob"                     to every device of Bob
  beckon post Bob "hey bob" --wait 5s           and waits until they have handled it
  beckon post Bob --name door.opened --data '{"door":"front"}' --device laptop --ttl 1h
  beckon post Bob --name backup --device nas --ttl 10m --sign signer.key   nobody else can order it
  beckon connections --user Bob                 who is online
  beckon devices                                all devices and how far each is
  beckon device add laptop --user Bob --key laptop.pub   lets a device in; beckon device --help
  beckon events Bob --limit 50                  what is stored for Bob
  beckon status EVENT-ID                        what became of an event, per device
  beckon dead-letters                           what could not be delivered, and why

Where the backend is: --endpoint-url, else AWS_ENDPOINT_URL, else AWS if AWS_ACCESS_KEY_ID is set,
else an emulator on this machine (http://127.0.0.1:3001). The bus and the tables come from the
stack's SSM parameters (/<stack>/…) unless the flags name them.

Exit codes: 0 done; 1 failed (not reachable, refused, or an action failed on a device);
2 wrong usage or configuration; 3 no such event, user, device, stack or bus; 4 post --wait: still
pending; 5 device: it is there already, or something changed meanwhile.)";

// The text of --data: as typed, of a file ("@file"), or of the standard input ("-").
std::string read_data(const std::string& argument) {
  if (argument == "-") {
    std::string text;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin)) {
      text.append(buffer, count);
    }
    return text;
  }
  if (!argument.starts_with('@')) return argument;
  std::ifstream file(argument.substr(1), std::ios::binary);
  if (!file) {
    throw Failure(kExitUsage, fmt::format("--data {}: the file cannot be read", argument));
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

base::Duration duration_of(const char* flag, const std::string& text) {
  const auto duration = base::parse_duration(text);
  if (!duration) {
    throw Failure(kExitUsage, fmt::format("{} {}: {}", flag, text, duration.error().message));
  }
  return *duration;
}

// The variables that CLI11 fills while it parses.
struct Typed {
  std::string message;
  std::string data;
  std::string ttl;
  std::string wait;
  std::string shell;
  PostOptions post;
  ConnectionsOptions connections;
  TypedDevice device;
  EventsOptions events;
  StatusOptions status;
  DeadLettersOptions dead_letters;
};

void add_settings(CLI::App& app, Options& options) {
  SettingsFlags& s = options.settings;
  struct Flag {
    const char* name;
    std::string& value;
    const char* kind;
    const char* help;
  };
  const Flag flags[] = {
      {"--endpoint-url", s.endpoint_url, "URL", "URL of an emulator or of AWS's APIs"},
      {"--ca-bundle", s.ca_bundle, "FILE",
       "Trusted certificates, PEM (default: AWS_CA_BUNDLE, else the system's)"},
      {"--region", s.region, "REGION", "AWS region"},
      {"--stack", s.stack, "NAME", "CloudFormation stack (default: beckon, or BECKON_STACK)"},
      {"--event-bus,--bus", s.event_bus, "NAME", "EventBridge bus"},
      {"--connections-table", s.connections_table, "NAME", "DynamoDB table"},
      {"--streams-table", s.streams_table, "NAME", "DynamoDB table"},
      {"--devices-table", s.devices_table, "NAME", "DynamoDB table"},
      {"--dead-letter-queue", s.dead_letter_queue, "URL", "SQS queue"},
      {"--connections-endpoint", s.connections_endpoint, "URL", "URL of the @connections API"}};
  for (const Flag& flag : flags) {
    app.add_option(flag.name, flag.value, flag.help)->group("Backend")->type_name(flag.kind);
  }
  CLI::Validator is_file = CLI::ExistingFile;
  app.get_option("--ca-bundle")->check(is_file.description(""));  // --help says FILE once
  app.add_flag("--json", options.json, "JSON on the standard output, for scripts");
}

void add_post(CLI::App& app, Typed& typed) {
  CLI::App* post = app.add_subcommand("post", "Post an event for the devices of a user");
  post->add_option("USER", typed.post.event.user, "Whose devices get it")->required();
  post->add_option("MESSAGE", typed.message, "Short for --data '{\"text\":\"MESSAGE\"}'");
  post->add_option("--name", typed.post.event.name, "The event's name (default: message)")
      ->type_name("NAME");
  post->add_option("--data", typed.data, "A JSON object; @FILE reads a file, - the standard input")
      ->type_name("JSON");
  post->add_option("--device", typed.post.event.devices, "Only this device; may be repeated")
      ->type_name("ID")
      ->expected(1)
      ->take_all();
  post->add_option("--sign", typed.post.sign_key_file,
                   "Sign it with this private key, for the devices named by --device until --ttl "
                   "(beckon-agent keygen --signer makes a key)")
      ->type_name("KEYFILE");
  post->add_option("--ttl", typed.ttl, "How long it waits for a device: 90s, 1h, 7d (default: 7d)")
      ->type_name("DURATION");
  post->add_option("--collapse", typed.post.event.collapse,
                   "Of several waiting events with this key only the newest is delivered")
      ->type_name("KEY")
      ->check([](const std::string& key) {
        return std::string(key.empty() ? "must not be empty" : "");
      });
  post->add_option("--wait", typed.wait,
                   "Wait until every device has handled it, at most this long")
      ->type_name("DURATION");
}

void add_reading_commands(CLI::App& app, Typed& typed) {
  CLI::App* connections = app.add_subcommand("connections", "Show who is online");
  connections->add_option("--user", typed.connections.user, "Only this user's")->type_name("USER");
  CLI::App* devices = app.add_subcommand("devices", "Show the devices and how far each is");
  devices->add_option("--user", typed.device.list.user, "Only this user's")->type_name("USER");
  CLI::App* events = app.add_subcommand("events", "Show what is stored for a user, newest last");
  events->add_option("USER", typed.events.user, "Whose stream")->required();
  events->add_option("--limit", typed.events.count_max, "At most this many (default: 20)")
      ->type_name("N")
      ->check(CLI::Range(1, 10000));
  CLI::App* status = app.add_subcommand("status", "Show what became of an event, per device");
  status->add_option("EVENT-ID", typed.status.event_id, "What beckon post printed")->required();
  CLI::App* letters =
      app.add_subcommand("dead-letters", "Show events that could not be delivered, and why");
  letters->add_option("--limit", typed.dead_letters.count_max, "At most this many (default: 100)")
      ->type_name("N")
      ->check(CLI::Range(1, 10000));
  CLI::App* completion = app.add_subcommand("completion", "Print a completion script");
  completion->add_option("SHELL", typed.shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  completion->footer("For this shell: source <(beckon completion bash)");
}

PostOptions post_options(Typed& typed, const CLI::App& command) {
  const bool has_message = command.count("MESSAGE") != 0;
  const bool has_data = command.count("--data") != 0;
  const bool has_sign = command.count("--sign") != 0;
  if (has_message && has_data) {
    throw Failure(kExitUsage,
                  "give either MESSAGE or --data, not both: MESSAGE is short for "
                  "--data '{\"text\":\"MESSAGE\"}'");
  }
  PostOptions post = std::move(typed.post);
  if (has_message && !base::is_utf8(typed.message)) {
    throw Failure(kExitUsage, "MESSAGE must be UTF-8; other bytes cannot stand in JSON");
  }
  if (has_message) post.event.data = message_data(typed.message);
  if (has_data) post.event.data = read_data(typed.data);
  if (!has_message && !has_data && post.event.name == "message") {
    throw Failure(kExitUsage, "give a MESSAGE, or --name and --data: there is nothing to post");
  }
  if (has_sign && post.sign_key_file.empty()) {
    throw Failure(kExitUsage, "--sign: expected the file of a private key, got \"\"");
  }
  if (!typed.ttl.empty()) {
    const base::Duration ttl = duration_of("--ttl", typed.ttl);
    post.event.ttl_s = std::chrono::ceil<std::chrono::seconds>(ttl).count();
  }
  if (!typed.wait.empty()) post.wait = duration_of("--wait", typed.wait);
  return post;
}

void take_command(const CLI::App& app, Typed& typed, Options& options) {
  const CLI::App* chosen = app.get_subcommands().at(0);
  const std::string name = chosen->get_name();
  if (name == "post") {
    options.command = post_options(typed, *chosen);
  } else if (name == "connections") {
    options.command = typed.connections;
  } else if (name == "devices") {
    options.command = typed.device.list;
  } else if (name == "device") {
    std::visit([&](const auto& taken) { options.command = taken; },
               take_device_command(*chosen, typed.device));
  } else if (name == "events") {
    options.command = typed.events;
  } else if (name == "dead-letters") {
    options.command = typed.dead_letters;
  } else if (name == "status") {
    options.command = typed.status;
  } else {
    options.command = CompletionOptions{bash_completion(app)};
  }
}

// What is wrong, and the help that knows: that of the command as far as it was understood. CLI11
// misses a command before it looks at what was typed instead of one.
void complain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* deepest = &app;
  std::string command = app.get_name();
  while (!deepest->get_subcommands().empty()) {
    deepest = deepest->get_subcommands().front();
    command += " " + deepest->get_name();
  }
  std::string text = error.what();
  if (error.get_name() == "RequiredError") {
    const std::vector<std::string> left = app.remaining(true);
    std::string names;
    for (const CLI::App* one : deepest->get_subcommands([](const CLI::App*) { return true; })) {
      names += (names.empty() ? "" : ", ") + one->get_name();
    }
    if (!left.empty()) {
      const char* what = left.front().starts_with('-') ? "option" : "command";
      text = fmt::format("there is no {} '{}'", what, left.front());
      if (!names.empty()) text += "; the commands are " + names;
    } else if (!names.empty()) {
      text = "expected a command: " + names;
    }
  }
  fmt::print(stderr, "beckon: {}\nTry: {} --help\n", text, command);
}

}  // namespace

ParseOutcome parse_command_line(int argc, const char* const* argv) {
  ParseOutcome outcome;
  Typed typed;
  CLI::App app("beckon: post events to the devices of a user, and see what became of them.",
               "beckon");
  app.set_version_flag("--version", "beckon " BECKON_VERSION);
  app.fallthrough();
  app.require_subcommand(1);
  add_settings(app, outcome.options);
  add_post(app, typed);
  add_reading_commands(app, typed);
  add_device_command(app, typed.device);
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
  app.footer(kExamples);  // last: subcommands would inherit it
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
      app.exit(error);  // prints help or the version
      outcome.exit_code = kExitOk;
    } else {
      complain(app, error);
      outcome.exit_code = kExitUsage;
    }
    return outcome;
  }
  take_command(app, typed, outcome.options);
  return outcome;
}

}  // namespace beckon::cli
