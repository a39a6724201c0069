// SPDX-License-Identifier: Apache-2.0
// Where the backend is and who we are to it: worked out from flags, the environment and the stack's
// SSM parameters, in this order. Pure: the environment and the parameters come in.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace beckon::cli {

// What was typed; empty: not said.
struct SettingsFlags {
  std::string endpoint_url;
  std::string region;
  std::string stack;
  std::string event_bus;
  std::string connections_table;
  std::string streams_table;
  std::string devices_table;
  std::string dead_letter_queue;     // its URL
  std::string connections_endpoint;  // of @connections
  std::string ca_bundle = {};        // PEM; "": AWS_CA_BUNDLE's, else the system's
};

// The value of an environment variable; none if it is unset or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;

struct Access {
  std::string endpoint_url;  // "" for AWS itself
  std::string region;
  std::string stack;
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  std::string why_endpoint;  // for error messages: where endpoint_url comes from
  bool answered = false;     // the same: the last call was answered, be it with an error
};

// The value of Access::why_endpoint for an endpoint that was typed.
inline constexpr const char* kFromFlag = "from --endpoint-url";

// The emulator's address unless it was told otherwise.
inline constexpr const char* kEmulatorUrl = "http://127.0.0.1:3001";

// Without an endpoint and without credentials: the emulator on this machine. An endpoint on this
// machine without credentials: the emulator's. kInvalid: half a pair of credentials, a URL that is
// not http(s), no region for AWS; says what to set.
base::Result<Access> resolve_access(const SettingsFlags& flags, const Environment& environment);

struct Names {
  std::string event_bus;
  std::string connections_table;
  std::string streams_table;
  std::string devices_table;
  std::string dead_letter_queue = {};     // its URL; "" if the stack does not say
  std::string connections_endpoint = {};  // of @connections; the same
};

// True if the flags name bus and tables, so that no SSM parameter is needed.
bool names_are_complete(const SettingsFlags& flags);

// "/<stack>/"; the parameters' names start with it.
std::string parameter_path(const std::string& stack);

// parameters: full name to value, all those under parameter_path. kNotFound: the stack has no
// parameters at all, or one that is needed is missing; says what to do.
base::Result<Names> resolve_names(const SettingsFlags& flags, const std::string& stack,
                                  const std::map<std::string, std::string>& parameters);

}  // namespace beckon::cli
