// SPDX-License-Identifier: Apache-2.0
// How the program's parts come about: storage, trust, the loop and what it watches, the agent. What
// is missing is logged here, with what to do.
#include <cstdint>
#include <cstdio>
#include <utility>

#include "agent/url.h"
#include "platform/linux/app.h"
#include "platform/linux/status_lines.h"
#include "platform/linux/trust.h"

namespace beckon::platform {
namespace {

// One file per URL, user and device, so that ad hoc uses do not mix.
std::string storage_key(const agent::Config& config) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const std::string* text : {&config.url, &config.user, &config.device}) {
    for (const char c : *text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    hash = (hash ^ 0xFF) * 0x100000001B3ULL;
  }
  char key[32];
  std::snprintf(key, sizeof key, "cursor-%016llx", static_cast<unsigned long long>(hash));
  return key;
}

}  // namespace

bool App::open_storage() {
  if (options_.no_state) return true;
  auto files = std::make_unique<FileStorage>(config_.state_dir.empty() ? default_state_dir()
                                                                       : config_.state_dir);
  if (const auto prepared = files->prepare(); !prepared) {
    logger_.error("the cursor cannot be kept: %s; use --state-dir DIR, or --no-state to go without",
                  prepared.error().message.c_str());
    return false;
  }
  if (const auto locked = files->lock(storage_key(config_)); !locked) {
    logger_.error(
        "another agent runs as this user and device: %s; end it, or give one of them "
        "another --device",
        locked.error().message.c_str());
    return false;
  }
  files_ = std::move(files);
  return true;
}

// What the loop trusts, if the URL wants TLS; false: it is wanted and there is nothing.
bool App::find_loop_trust(LoopOptions& options) {
  const auto url = agent::parse_websocket_url(config_.url);
  if (!url || !url->secure) return true;
  auto trust = find_trust(config_.ca_file);
  if (!trust) {
    logger_.error("%s", trust.error().message.c_str());
    return false;
  }
  options.ca_file = std::move(trust->file);
  options.ca_text = trust->text;
  return true;
}

bool App::start_parts() {
  LoopOptions loop_options;
  if (!open_storage() || !find_loop_trust(loop_options)) return false;
  auto loop = Loop::create(loop_options, log_);
  if (!loop) {
    logger_.error("%s", loop.error().message.c_str());
    return false;
  }
  loop_ = std::move(*loop);
  processes_ = std::make_unique<Processes>(*loop_, log_);
  exec_type_->set_processes(*processes_);
  if (!watch_surroundings()) return false;
  resolver_ = std::make_unique<ThreadResolver>(*loop_);
  transport_ = std::make_unique<Transport>(*loop_, transport_options(), resolver_.get());
  http_resolver_ = std::make_unique<ThreadResolver>(*loop_);
  http_client_ = std::make_unique<HttpClient>(*loop_, *http_resolver_);
  http_type_.set_client(*http_client_);
  agent::Storage& storage = files_ ? static_cast<agent::Storage&>(*files_) : memory_;
  const std::string key = storage_key(config_);
  signatures_ = std::make_unique<agent::SignatureGate>(storage, key + ".signed", log_);
  agent_ = std::make_unique<agent::Agent>(
      agent::Ports{*transport_, storage, *this, *this, *this, *this, log_}, config_.session, key,
      signatures_.get());
  transport_->set_observer(*agent_);
  if (identity_ && identity_->enrols()) {
    claim_notice_ = std::make_unique<ClaimNotice>(
        *agent_, claim_code_of(*identity_), log_,
        [this](const std::string& code) { print_status(claim_line(code)); });
    transport_->set_observer(*claim_notice_);
  }
  return true;
}

// Signals, time and the network.
bool App::watch_surroundings() {
  auto signals = Signals::create(*loop_, {.stop = [this](int number) { stop(number); },
                                          .reload = [this] { reload(); },
                                          .child = [this] { processes_->reap(); }});
  if (!signals) {
    logger_.error("%s", signals.error().message.c_str());
    return false;
  }
  signals_ = std::move(*signals);
  auto alarm = BootAlarm::create(*loop_, *this);
  if (!alarm) {
    logger_.error("%s", alarm.error().message.c_str());
    return false;
  }
  alarm_ = std::move(*alarm);
  auto network_watch = NetworkWatch::create(*loop_, [this] {
    logger_.debug("a network came up");
    agent_->network_up();
  });
  if (network_watch) {
    network_watch_ = std::move(*network_watch);
  } else {
    logger_.warning("changes of the network are not seen (%s); going on without",
                    network_watch.error().message.c_str());
  }
  loop_->set_woke([this] {
    if (!suspend_watch_.slept()) return;
    logger_.info("the machine was suspended");
    agent_->network_up();
  });
  return true;
}

}  // namespace beckon::platform
