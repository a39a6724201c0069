// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/options.h"

#include <getopt.h>

#include <cstdlib>

#include "platform/linux/trust.h"
#include "platform/linux/trusted_file.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kFileBytesMax = 1024 * 1024;

enum Flag : int {
  kUrl = 1,
  kUser,
  kDevice,
  kKey,
  kClaim,
  kHeader,
  kCacert,
  kInsecure,
  kConfig,
  kCheck,
  kStart,
  kStateDir,
  kNoState,
  kTimeout,
  kTiming,
  kLogLevel,
  kVerboseLines,
  kVersion,
  kHelpFlag,
};

const option kFlags[] = {
    {"url", required_argument, nullptr, kUrl},
    {"user", required_argument, nullptr, kUser},
    {"device", required_argument, nullptr, kDevice},
    {"key", required_argument, nullptr, kKey},
    {"claim", no_argument, nullptr, kClaim},
    {"header", required_argument, nullptr, kHeader},
    {"cacert", required_argument, nullptr, kCacert},
    {"insecure", no_argument, nullptr, kInsecure},
    {"config", required_argument, nullptr, kConfig},
    {"check", no_argument, nullptr, kCheck},
    {"start", required_argument, nullptr, kStart},
    {"state-dir", required_argument, nullptr, kStateDir},
    {"no-state", no_argument, nullptr, kNoState},
    {"timeout", required_argument, nullptr, kTimeout},
    {"timing", required_argument, nullptr, kTiming},
    {"log-level", required_argument, nullptr, kLogLevel},
    {"verbose-lines", no_argument, nullptr, kVerboseLines},
    {"version", no_argument, nullptr, kVersion},
    {"help", no_argument, nullptr, kHelpFlag},
    {nullptr, 0, nullptr, 0},
};

base::Status set_header(Options& options, const std::string& value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string::npos) {
    return fail(ErrorCode::kInvalid, "--header: expected 'Name: value', got '" + value + "'");
  }
  std::size_t begin = colon + 1;
  while (begin < value.size() && value[begin] == ' ') ++begin;
  agent::Header header{value.substr(0, colon), value.substr(begin)};
  if (!agent::is_header_name(header.name) || !agent::is_header_value(header.value)) {
    return fail(ErrorCode::kInvalid, "--header: '" + value + "' cannot be a header line");
  }
  options.headers.push_back(std::move(header));
  return {};
}

base::Status set_start(Options& options, const std::string& value) {
  if (value != "head" && value != "oldest") {
    return fail(ErrorCode::kInvalid, "--start: expected head or oldest, got '" + value + "'");
  }
  options.start_oldest = value == "oldest";
  return {};
}

base::Status set_timing_flag(Options& options, const std::string& value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos) {
    return fail(ErrorCode::kInvalid, "--timing: expected NAME=DURATION, got '" + value + "'");
  }
  options.timing.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  return {};
}

base::Status set_log_level(Options& options, const std::string& value) {
  options.log_level = agent::parse_log_level(value);
  if (options.log_level) return {};
  return fail(ErrorCode::kInvalid,
              "--log-level: expected debug, info, warning or error, got '" + value + "'");
}

base::Status set_timeout(Options& options, const std::string& value) {
  const auto timeout = base::parse_duration(value);
  if (!timeout || timeout->count() <= 0) {
    return fail(ErrorCode::kInvalid,
                "--timeout: expected a duration like 30s, got '" + value + "'");
  }
  options.command_timeout = *timeout;
  return {};
}

// These name something; a variable of the shell that is not set must not become a default.
bool may_be_empty(int flag) {
  return flag != kUrl && flag != kUser && flag != kDevice && flag != kKey && flag != kCacert &&
         flag != kConfig && flag != kStateDir;
}

base::Status set_flag(Options& options, int flag, const std::string& value) {
  switch (flag) {
    case kUrl: options.url = value; return {};
    case kUser: options.user = value; return {};
    case kDevice: options.device = value; return {};
    case kKey: options.key_file = value; return {};
    case kClaim: options.claim = true; return {};
    case kHeader: return set_header(options, value);
    case kCacert: options.ca_file = value; return {};
    case kInsecure: options.insecure = true; return {};
    case kConfig: options.config_file = value; return {};
    case kCheck: options.mode = Options::Mode::kCheck; return {};
    case kStart: return set_start(options, value);
    case kStateDir: options.state_dir = value; return {};
    case kNoState: options.no_state = true; return {};
    case kTimeout: return set_timeout(options, value);
    case kTiming: return set_timing_flag(options, value);
    case kLogLevel: return set_log_level(options, value);
    case kVerboseLines: options.verbose_lines = true; return {};
    case kVersion: options.mode = Options::Mode::kVersion; return {};
    case kHelpFlag: options.mode = Options::Mode::kHelp; return {};
    default: return fail(ErrorCode::kInternal, "a flag without a meaning");
  }
}

std::string environment_or_empty(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

const option* agent_flags() {
  return kFlags;
}

base::Result<Options> parse_options(int argc, char** argv) {
  Options options;
  opterr = 0;
  while (true) {
    const int flag = getopt_long(argc, argv, "+:", kFlags, nullptr);
    if (flag == -1) break;
    const std::string given = optind > 1 ? argv[optind - 1] : "";
    if (flag == '?') return fail(ErrorCode::kInvalid, "unknown option " + given);
    if (flag == ':') return fail(ErrorCode::kInvalid, given + " needs a value");
    if (optarg != nullptr && *optarg == '\0' && !may_be_empty(flag)) {
      const std::string name = kFlags[flag - kUrl].name;
      return fail(ErrorCode::kInvalid, "--" + name + ": expected a value, got \"\"");
    }
    if (auto set = set_flag(options, flag, optarg == nullptr ? "" : optarg); !set) {
      return std::unexpected(set.error());
    }
  }
  const bool after_dashes = optind > 1 && std::string_view(argv[optind - 1]) == "--";
  if (optind < argc && !after_dashes) {
    return fail(ErrorCode::kInvalid,
                "unexpected \"" + std::string(argv[optind]) + "\"; a command goes behind \"--\"");
  }
  if (optind == argc && after_dashes) {
    return fail(ErrorCode::kInvalid, "expected a command behind \"--\", but there is none");
  }
  for (int i = optind; i < argc; ++i) options.command.emplace_back(argv[i]);
  if (options.no_state && options.state_dir) {
    return fail(ErrorCode::kInvalid, "--no-state and --state-dir exclude each other");
  }
  return options;
}

agent::ConfigErrors load_config(const Options& options, agent::ActionTypes types,
                                agent::Config& config) {
  agent::ConfigErrors errors;
  // The gateway's frame is the limit; only small devices take less.
  config.session.max_bytes = protocol::kSyncedBytesMax;
  if (!options.config_file.empty()) {
    const auto text = read_trusted_file(options.config_file, kFileBytesMax);
    if (!text) return {text.error().message};
    errors = agent::read_config(*text, types, config);
    for (std::string& error : errors) error = options.config_file + ": " + error;
    // What is missing cannot be told from what could not be read.
    if (!errors.empty()) return errors;
  }
  if (options.url) config.url = *options.url;
  if (options.user) config.user = *options.user;
  if (options.device) config.device = *options.device;
  if (options.key_file) config.key_file = *options.key_file;
  if (options.claim) config.claim = true;
  if (options.ca_file) config.ca_file = *options.ca_file;
  if (options.state_dir) config.state_dir = *options.state_dir;
  if (options.start_oldest) config.session.start_oldest = *options.start_oldest;
  if (options.log_level) config.log_level = options.log_level;
  if (options.insecure) config.insecure = true;
  config.headers.insert(config.headers.end(), options.headers.begin(), options.headers.end());
  for (const auto& [name, value] : options.timing) {
    if (auto error = agent::set_timing(config.session.timing, name, value)) {
      errors.push_back(*error);
    }
  }
  const agent::ConfigErrors more = agent::check_config(config);
  errors.insert(errors.end(), more.begin(), more.end());
  if (const auto trusted = check_trust(config.ca_file); !trusted) {
    errors.push_back("tls.ca_file: " + trusted.error().message);
  }
  return errors;
}

std::string default_state_dir() {
  const std::string systemd = environment_or_empty("STATE_DIRECTORY");
  if (!systemd.empty()) return systemd.substr(0, systemd.find(':'));
  const std::string xdg = environment_or_empty("XDG_STATE_HOME");
  if (xdg.starts_with('/')) return xdg + "/beckon";
  const std::string home = environment_or_empty("HOME");
  if (home.starts_with('/')) return home + "/.local/state/beckon";
  return "/var/lib/beckon";
}

}  // namespace beckon::platform
