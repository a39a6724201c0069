// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/options.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <vector>

#include "emulator/app/complain.h"
#include "emulator/app/completion.h"
#include "emulator/app/option_checks.h"
#include "emulator/tls/authority.h"

namespace beckon::emulator {
namespace {

constexpr const char* kOpen = "open";
constexpr const char* kTemplate = "infrastructure/template.yaml";

constexpr const char* kFooter =
    "\nExamples:\n"
    "  beckon-emulator\n"
    "      the template of this project on port 3001, everything in memory\n"
    "  beckon-emulator --open\n"
    "      the same without device keys: a client is who it says it is (wscat, first steps)\n"
    "  beckon-emulator --port 0 --json\n"
    "      any free port; one line of JSON on stdout when it is ready\n"
    "  beckon-emulator --data ./data --parameter AllowBroadcast=true\n"
    "      keeps tables and events on their way; sets a parameter of the template\n"
    "  beckon-emulator --idle-timeout 20s --connection-lifetime 1m\n"
    "      API Gateway's limits made short, to see how a client takes them\n"
    "  beckon-emulator --async-retry-delays 1m,2m --event-duplicates 0.1\n"
    "      retries at Lambda's own pace; every tenth event is delivered twice\n"
    "  beckon-emulator --tls\n"
    "      https and wss; then AWS_CA_BUNDLE=FILE for the AWS CLI, SDKs and beckon, and\n"
    "      beckon-agent --cacert FILE, with the FILE that is shown\n"
    "  beckon-emulator ca > ca.pem\n"
    "      the certificate of the local authority\n"
    "  source <(beckon-emulator completion bash)\n"
    "      completion for this shell\n"
    "  aws --endpoint-url http://127.0.0.1:3001 dynamodb scan --table-name beckon-connections\n"
    "      with AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1\n"
    "      (the AWS CLI and boto read AWS_DEFAULT_REGION, other SDKs AWS_REGION: set both)\n"
    "\nFault injection and the rest of the control API: docs/EMULATOR.md.\n"
    "\nExit status: 0 ended by SIGTERM or SIGINT, 1 failed, 2 usage, template or parameters.\n";

// The text as the command line gives it, before it is checked.
struct RawOptions {
  std::string idle_timeout = "10m";
  std::string lifetime = "2h";
  std::string log_level = "info";
  std::string retry_delays = "1s,2s";
  std::vector<std::string> parameters;
  std::optional<double> connect_rate;
  std::optional<double> message_rate;
  bool no_pong = false;
  bool no_prewarm = false;
  bool open = false;
};

// The project's template, seen from the working directory or from where this program was built.
std::string find_template() {
  std::error_code error;
  std::vector<std::filesystem::path> starts{std::filesystem::current_path(error)};
  starts.push_back(std::filesystem::read_symlink("/proc/self/exe", error).parent_path());
  for (std::filesystem::path folder : starts) {
    while (!folder.empty()) {
      if (std::filesystem::exists(folder / kTemplate, error)) return folder / kTemplate;
      if (folder == folder.root_path()) break;
      folder = folder.parent_path();
    }
  }
  return kTemplate;
}

// How the services behave.
void declare_behaviour(CLI::App& app, AppOptions& options, RawOptions& raw) {
  app.add_option("--log-level", raw.log_level, "debug, info, warning or error")
      ->capture_default_str();
  app.add_option("--idle-timeout", raw.idle_timeout, "close connections idle for so long")
      ->capture_default_str();
  app.add_option("--connection-lifetime", raw.lifetime, "close connections after so long")
      ->capture_default_str();
  app.add_option("--connect-rate", raw.connect_rate,
                 "new connections a second, 0 without limit (default: the template's, else 500)")
      ->check(check_rate);
  app.add_option("--message-rate", raw.message_rate,
                 "messages a second, 0 without limit (default: the template's, else 10000)")
      ->check(check_rate);
  app.add_flag("--ping-resets-idle", options.gateway.ping_resets_idle,
               "let ping frames count as activity");
  app.add_flag("--no-pong", raw.no_pong, "leave ping frames unanswered");
  app.add_option("--function-concurrency", options.function_concurrency,
                 "processes per function without reserved concurrency")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--no-prewarm", raw.no_prewarm, "start functions on their first call only");
  app.add_option("--async-retry-delays", raw.retry_delays,
                 "waits before the retries of a failed asynchronous invocation; on AWS 1m,2m")
      ->capture_default_str();
  app.add_option("--event-duplicates", options.event_duplicates,
                 "probability that a rule's target gets an event twice, as EventBridge may do")
      ->check(check_probability)
      ->capture_default_str();
}

// Where, what and for whom.
void declare(CLI::App& app, AppOptions& options, RawOptions& raw) {
  app.add_option(
         "--template", options.template_path,
         "CloudFormation template (default: the nearest infrastructure/template.yaml above the "
         "working directory, else above this program)")
      ->check(check_not_empty);
  app.add_option("--parameter", raw.parameters,
                 "Key=Value of the template's Parameters; repeatable")
      ->allow_extra_args(false);
  app.add_flag("--open", raw.open,
               "believe the user and device names that clients give, without keys: short for "
               "--parameter AuthMode=open");
  app.add_option("--stack-name", options.stack_name, "the stack's name")
      ->check(check_stack_name)
      ->capture_default_str();
  app.add_option("--port", options.port, "port for everything; 0 takes any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  app.add_option("--host", options.host, "address to listen on; others than loopback are not safe")
      ->capture_default_str();
  app.add_option("--allow-host", options.allowed_hosts,
                 "another name under which requests may come to a loopback address; repeatable")
      ->check(check_host_name)
      ->allow_extra_args(false);
  app.add_flag("--tls", options.tls,
               "serve https and wss, with a certificate of a local authority that is made once");
  app.add_option("--ca-dir", options.ca_dir,
                 "folder of the local authority (default: $XDG_DATA_HOME/beckon/ca, else "
                 "~/.local/share/beckon/ca)")
      ->check(check_not_empty);
  app.add_option("--data", options.data_dir,
                 "folder in which tables and events are kept (default: memory)")
      ->check(check_not_empty);
  app.add_option("--region", options.region, "AWS region")
      ->check(check_region)
      ->capture_default_str();
  app.add_option("--access-key-id", options.access_key_id, "accepted key id")
      ->check(check_access_key_id)
      ->capture_default_str();
  app.add_option("--secret-access-key", options.secret_access_key, "its secret")
      ->check(check_not_empty)
      ->capture_default_str();
  app.add_flag("--json", options.json, "tell readiness as one line of JSON on stdout");
  declare_behaviour(app, options, raw);
}

// Every mistake of usage.
int refuse(const std::string& message) {
  const int status = complain(2, message);
  std::fputs("Try: beckon-emulator --help\n", stderr);
  return status;
}

int refuse(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError) || unknown.empty()) {
    return refuse(error.what());
  }
  const bool is_option = unknown.front().starts_with('-');
  return refuse((is_option ? "there is no option '" : "unexpected '") + unknown.front() + "'");
}

std::optional<int> read_duration(const char* name, const std::string& text, base::Duration& out) {
  const auto parsed = base::parse_duration(text);
  if (!parsed || parsed->count() <= 0) {
    return refuse(std::string(name) + ": expected a time such as 20s, 10m or 2h, not '" + text +
                  "'");
  }
  out = *parsed;
  return std::nullopt;
}

std::optional<int> read_log_level(const std::string& text, base::LogLevel& out) {
  for (const auto level : {base::LogLevel::kDebug, base::LogLevel::kInfo, base::LogLevel::kWarning,
                           base::LogLevel::kError}) {
    if (text != base::to_string(level)) continue;
    out = level;
    return std::nullopt;
  }
  return refuse("--log-level: expected debug, info, warning or error, not '" + text + "'");
}

std::optional<int> read_parameters(const std::vector<std::string>& texts,
                                   std::map<std::string, std::string>& out) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return refuse("--parameter: expected Key=Value, not '" + text + "'");
    }
    out[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return std::nullopt;
}

std::optional<int> apply(const RawOptions& raw, AppOptions& options) {
  if (const auto status =
          read_duration("--idle-timeout", raw.idle_timeout, options.gateway.idle_timeout)) {
    return status;
  }
  if (const auto status =
          read_duration("--connection-lifetime", raw.lifetime, options.gateway.lifetime)) {
    return status;
  }
  if (const auto status = read_log_level(raw.log_level, options.log_level)) return status;
  if (const auto status = read_parameters(raw.parameters, options.parameters)) return status;
  if (raw.open && options.parameters.try_emplace("AuthMode", kOpen).first->second != kOpen) {
    return refuse("--open and --parameter AuthMode=" + options.parameters["AuthMode"] +
                  " contradict each other");
  }
  const auto delays = parse_retry_delays(raw.retry_delays);
  if (!delays) {
    return refuse("--async-retry-delays: expected times such as 1s,2s or 1m,2m, not '" +
                  raw.retry_delays + "'");
  }
  options.async_retry_delays = *delays;
  options.gateway.answer_ping = !raw.no_pong;
  options.prewarm = !raw.no_prewarm;
  options.gateway.connect_rate_per_s = raw.connect_rate;
  options.gateway.message_rate_per_s = raw.message_rate;
  if (options.template_path.empty()) options.template_path = find_template();
  return std::nullopt;
}

}  // namespace

std::expected<AppOptions, int> parse_options(int argc, char** argv) {
  AppOptions options;
  RawOptions raw;
  CLI::App app(
      "Runs the backend described by a CloudFormation template on this machine: API Gateway "
      "WebSocket\nAPIs, Lambda functions as processes, EventBridge, DynamoDB, SSM and SQS, on one "
      "port.",
      "beckon-emulator");
  app.footer(kFooter);
  app.set_version_flag("--version", "beckon-emulator " BECKON_VERSION);
  declare(app, options, raw);
  const CLI::App* ca = app.add_subcommand(
      "ca", "print the local authority's certificate (PEM), made if it is not there");
  CLI::App* completion = app.add_subcommand("completion", "print a completion script for bash");
  completion->add_option("SHELL", "bash")->required()->check(CLI::IsMember({"bash"}));
  app.fallthrough();
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success)) {
      return std::unexpected(refuse(app, error));
    }
    return std::unexpected(app.exit(error));  // prints help or the version
  }
  if (completion->parsed()) {
    std::fputs(bash_completion(app).c_str(), stdout);
    return std::unexpected(std::fflush(stdout) == 0 ? 0 : 1);
  }
  if (const auto status = apply(raw, options)) return std::unexpected(*status);
  options.print_authority = ca->parsed();
  if (options.ca_dir.empty()) options.ca_dir = default_authority_folder();
  // Others are told to read a file of it from wherever they run.
  std::error_code ignored;
  if (!options.ca_dir.empty()) options.ca_dir = std::filesystem::absolute(options.ca_dir, ignored);
  return options;
}

}  // namespace beckon::emulator
