// SPDX-License-Identifier: Apache-2.0
// The agent's configuration: one JSON object (config/beckon-agent.schema.json describes it). Every
// error is collected with its path, what was expected and what came; unknown members are errors.
// Decides nothing about defaults of the platform: what was not said stays unsaid.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/action.h"
#include "agent/config_reader.h"
#include "agent/ports.h"
#include "agent/rate_limit.h"
#include "agent/rules.h"
#include "agent/session_types.h"
#include "common/base/log.h"

namespace beckon::agent {

struct Config {
  std::string url;
  std::string user;               // with device: the identity in an open deployment
  std::string device;             // with a key: the identity in any other
  std::string key_file;           // of the device's private key; empty: none
  bool claim = false;             // the key may be unknown to the backend: ask to be claimed
  std::vector<Header> headers;    // sent besides
  bool insecure = false;          // ws:// to other machines is allowed
  std::string ca_file;            // "system": the system's; empty: the platform's default
  std::vector<std::string> pins;  // the server's public key is one of them: "sha256//BASE64"
  std::string state_dir;          // empty: the platform's
  std::optional<base::LogLevel> log_level;
  SessionOptions session;
  std::shared_ptr<RuleSet> rules;    // null: none were given
  std::optional<Rate> rate;          // of all rules together
  std::vector<std::string> signers;  // public keys in PEM, or names of files that hold one
  bool require_signature = false;    // what rules want that do not say it themselves
};

// Reads the text over `config`: members that are there replace what it holds. Returns the errors;
// config is usable only if there are none.
ConfigErrors read_config(std::string_view text, ActionTypes types, Config& config);

// What must hold once file and flags are together: a URL that is one, an identity, ws:// only to
// loopback, signers where rules want signatures.
ConfigErrors check_config(const Config& config);

// A header's name or value that can stand in a request: no line breaks or other control characters.
bool is_header_name(std::string_view text);
bool is_header_value(std::string_view text);

// Sets one duration of session.timing by name ("heartbeat", …). Returns what is wrong, if anything.
std::optional<std::string> set_timing(Timing& timing, std::string_view name,
                                      std::string_view value);

std::optional<base::LogLevel> parse_log_level(std::string_view text);

}  // namespace beckon::agent
