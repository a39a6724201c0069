// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/app.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "common/base/bytes.h"
#include "platform/linux/code_pages.h"
#include "platform/linux/signers.h"
#include "platform/linux/status_lines.h"
#include "platform/linux/trust.h"

namespace beckon::platform {
namespace {

using namespace std::chrono_literals;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr base::Duration kEndMax = 3s;  // from the session's end to the program's
constexpr base::Duration kClaimDelayMax = 15s;
constexpr base::Duration kEndStep = 20ms;  // looking whether all is closed, then only

// A command that stands behind "--": it belongs to whoever types it, so it has their environment
// and their terminal.
base::Result<ExecSettings> command_settings(const std::vector<std::string>& command) {
  ExecSettings settings;
  settings.inherit_all = true;
  settings.capture = false;
  for (const std::string& argument : command) {
    auto parsed = agent::Template::parse(argument);
    if (!parsed) return std::unexpected(parsed.error());
    settings.command.push_back(std::move(*parsed));
  }
  if (const auto error = check_command(settings.command)) {
    return base::fail(base::ErrorCode::kInvalid, error->message);
  }
  return settings;
}

void print_errors(const agent::ConfigErrors& errors) {
  for (const std::string& error : errors) {
    std::fprintf(stderr, "beckon-agent: %s\n", base::escape_control(error).c_str());
  }
}

}  // namespace

App::App(Options options) : options_(std::move(options)), logger_(log_, "agent") {}

App::~App() = default;

// The file, the flags and the keys as they are now. All errors.
agent::ConfigErrors App::read_configuration(agent::Config& config,
                                            std::unique_ptr<agent::DeviceIdentity>& identity,
                                            std::vector<crypto::PublicKey>& signers) const {
  agent::ConfigErrors errors = load_config(options_, types_, config);
  // Commands of ad hoc mode run one after the other, as the events came.
  if (!options_.command.empty() && options_.config_file.empty()) config.session.concurrency = 1;
  config.session.try_now_by = "SIGHUP";
  auto loaded = load_identity(config, options_.key_file ? "--key" : options_.config_file + ": key");
  if (loaded) {
    identity = std::move(*loaded);
  } else {
    errors.push_back(loaded.error().message);
  }
  auto keys = load_signers(config);
  if (keys) {
    signers = std::move(*keys);
  } else {
    errors.push_back(options_.config_file + ": " + keys.error().message);
  }
  return errors;
}

bool App::configure() {
  agent::Config config;
  std::unique_ptr<agent::DeviceIdentity> identity;
  std::vector<crypto::PublicKey> signers;
  agent::ConfigErrors errors = read_configuration(config, identity, signers);
  if (!options_.command.empty()) {
    auto command = command_settings(options_.command);
    if (!command)
      errors.push_back("the command: " + command.error().message);
    else
      command_ = std::move(*command);
    if (command_) command_->timeout = options_.command_timeout;
  }
  print_errors(errors);
  if (!errors.empty()) return false;
  config_ = std::move(config);
  signers_ = std::move(signers);
  take_identity(std::move(identity));
  log_.set_level(config_.log_level.value_or(base::LogLevel::kInfo));
  warn_about_trust(config_, logger_);
  return true;
}

void App::take_identity(std::unique_ptr<agent::DeviceIdentity> identity) {
  identity_ = std::move(identity);
  if (!identity_) return;
  if (agent::is_clock_unset(wall())) {
    logger_.warning(
        "the clock shows %s, which cannot be: nobody will accept this device's tokens until it is "
        "set (NTP)",
        base::format_rfc3339(wall()).c_str());
  }
  // Somebody may be about to type the code.
  base::Duration& delay = config_.session.timing.refused_delay;
  if (identity_->enrols()) delay = std::min(delay, kClaimDelayMax);
}

int App::run() {
  stdout_type_ = std::make_unique<StdoutActionType>(
      [this](const base::Error& error) { output_broken(error); });
  log_type_ = std::make_unique<LogActionType>(log_);
  exec_type_ = std::make_unique<ExecActionType>(log_);
  types_ = {exec_type_.get(), &file_type_, &http_type_, log_type_.get(), stdout_type_.get()};
  // Checking a configuration needs the table of actions too, before there is a loop.
  if (!configure()) return kExitUsage;
  if (options_.mode == Options::Mode::kCheck) {
    std::printf("the configuration is right: %zu rules\n",
                config_.rules ? config_.rules->size() : 0);
    return 0;
  }
  if (!start_parts()) return kExitFailed;
  apply_rules();
  agent_->start();
  loop_->run();
  return exit_status_;
}

TransportOptions App::transport_options() const {
  return {.message_bytes_max = config_.session.max_bytes,
          .ping = config_.session.timing.ping,
          .pins = config_.pins};
}

// The configuration's rules; without any, what ad hoc mode does: print, or run the command.
void App::apply_rules() {
  std::shared_ptr<agent::RuleSet> rules = config_.rules;
  if (!rules || command_) {
    if (!rules) rules = std::make_shared<agent::RuleSet>();
    agent::Rule& rule = rules->emplace_back();
    rule.requires_signature = config_.require_signature;
    if (command_) {
      rule.actions.push_back({"exec", exec_type_->make(*command_)});
    } else {
      rule.actions.push_back({"stdout", stdout_type_->make()});
    }
  }
  signatures_->set_signers({config_.device, signers_, config_.session.timing.clock_skew}, wall());
  agent_->set_rules(std::move(rules), config_.rate);
}

agent::Endpoint App::endpoint() {
  agent::Endpoint endpoint{config_.url, config_.headers};
  utsname system{};
  uname(&system);
  endpoint.headers.push_back(
      {"User-Agent",
       std::string("beckon-agent/" BECKON_VERSION " (linux; ") + system.machine + ")"});
  if (identity_) {
    endpoint.headers.push_back(identity_->authorization(wall(), *this));
  } else if (!config_.user.empty()) {
    endpoint.headers.push_back({"X-User-Id", config_.user});
    endpoint.headers.push_back({"X-Device-Id", config_.device});
  }
  return endpoint;
}

void App::set_alarm(std::optional<base::Instant> at) {
  if (!end_at_) alarm_->set(at);
}

void App::timer_fired() {
  if (end_at_) {
    check_end();
  } else {
    agent_->alarm();
  }
}

void App::state_changed(agent::State state, std::string_view reason) {
  print_status(state_line(state, reason, base::wall_now()));
  if (state == agent::State::kOnline) release_code_pages();  // those of the start and the handshake
  if (state != agent::State::kStopped) return;
  processes_->terminate_all();
  end_at_ = now() + kEndMax;
  check_end();
}

void App::events_lost(std::uint64_t count) {
  print_status(lost_line(count));
}

void App::stream_reset(const protocol::Cursor& start) {
  print_status(reset_line(start));
}

void App::print_status(const std::string& line) {
  if (!options_.verbose_lines) return;
  if (const auto written = write_standard_output(line + "\n"); !written) {
    output_broken(written.error());
  }
}

// The session has ended; connections say goodbye and commands end, within a limit.
void App::check_end() {
  const bool all_closed = transport_->drained() && processes_->count() == 0;
  if (all_closed || now() >= *end_at_) {
    alarm_->set(std::nullopt);
    loop_->stop();
    return;
  }
  alarm_->set(now() + kEndStep);
}

void App::stop(int number) {
  if (number != 0) logger_.info("ending (signal %d)", number);
  agent_->stop();
}

// Nobody reads standard output: like a signal. What was not printed is not acknowledged.
void App::output_broken(const base::Error& error) {
  if (exit_status_ != 0) return;
  logger_.error("%s; ending", error.message.c_str());
  exit_status_ = kExitFailed;
  loop_->stop();
}

// SIGHUP. Who sends it has mended something, here or in the backend.
void App::reload() {
  if (read_again()) {
    logger_.info("the configuration was read again");
  } else {
    logger_.error("the configuration was not read again: the old one stays");
  }
  agent_->try_now();
}

// False: it is wrong, and nothing has changed.
bool App::read_again() {
  agent::Config fresh;
  std::unique_ptr<agent::DeviceIdentity> identity;
  std::vector<crypto::PublicKey> signers;
  const agent::ConfigErrors errors = read_configuration(fresh, identity, signers);
  for (const std::string& error : errors) logger_.error("%s", error.c_str());
  if (!errors.empty()) return false;
  const bool same_place = fresh.url == config_.url && fresh.user == config_.user &&
                          fresh.device == config_.device && fresh.ca_file == config_.ca_file &&
                          fresh.state_dir == config_.state_dir && fresh.claim == config_.claim &&
                          fresh.key_file.empty() == config_.key_file.empty();
  if (!same_place) {
    logger_.warning(
        "url, user, device, claim, tls.ca_file and state_dir, and whether there is a key, hold "
        "from the next start on");
    fresh.url = config_.url;
    fresh.user = config_.user;
    fresh.device = config_.device;
    fresh.ca_file = config_.ca_file;
    fresh.state_dir = config_.state_dir;
    fresh.key_file = config_.key_file;
    fresh.claim = config_.claim;
    identity = std::move(identity_);
  }
  config_ = std::move(fresh);
  signers_ = std::move(signers);
  // A key that was rotated signs from the next attempt on.
  take_identity(std::move(identity));
  log_.set_level(config_.log_level.value_or(base::LogLevel::kInfo));
  transport_->set_options(transport_options());
  agent_->reconfigure(config_.session);
  apply_rules();
  return true;
}

}  // namespace beckon::platform
