// SPDX-License-Identifier: Apache-2.0
#include "agent/config.h"

#include <algorithm>
#include <utility>

#include "agent/url.h"
#include "common/base/bytes.h"
#include "common/protocol/limits.h"

namespace beckon::agent {
namespace {

constexpr std::int64_t kConcurrencyMax = 64;
constexpr std::size_t kHeaderValueBytesMax = 2048;
constexpr std::size_t kPinDigestBytes = 32;  // SHA-256
constexpr std::size_t kSignersMax = 8;

void read_headers(ObjectReader& root, Config& config) {
  for (const json::View member : root.object("headers")) {
    const std::string path = "headers." + std::string(member.key());
    const auto value = member.string();
    if (!value || !is_header_value(*value)) {
      root.errors().push_back(path + ": expected one line of text, got " + describe(member));
    } else if (!is_header_name(member.key())) {
      root.errors().push_back(path + ": expected a header's name (letters, digits, dashes)");
    } else {
      config.headers.push_back(Header{std::string(member.key()), std::string(*value)});
    }
  }
}

// "sha256//" and the digest in base64, as curl's --pinnedpubkey takes it.
bool is_pin(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256//";
  if (!text.starts_with(kPrefix)) return false;
  const auto digest = base::base64_decode(text.substr(kPrefix.size()));
  return digest && digest->size() == kPinDigestBytes;
}

void read_pins(ObjectReader& reader, std::vector<std::string>& pins) {
  const json::View array = reader.array("pins");
  if (!array.exists()) return;
  pins.clear();
  std::size_t index = 0;
  for (const json::View element : array) {
    const auto text = element.string();
    const std::string path = "pins[" + std::to_string(index++) + "]";
    if (!text || !is_pin(*text)) {
      reader.wrong(path, "\"sha256//\" and 44 characters of base64", element);
    } else {
      pins.emplace_back(*text);
    }
  }
  if (index == 0) reader.wrong("pins", "at least one pin, or no \"pins\"", array);
}

void read_signers(ObjectReader& root, std::vector<std::string>& signers) {
  const json::View array = root.array("signers");
  if (!array.exists()) return;
  signers.clear();
  if (array.size() == 0 || array.size() > kSignersMax) {
    root.wrong("signers", "1 to " + std::to_string(kSignersMax) + " public keys, or no \"signers\"",
               array);
  }
  for (const json::View element : array) {
    const std::string_view text = element.string_or("");
    if (text.empty()) {
      root.wrong("signers[" + std::to_string(signers.size()) + "]",
                 "a public key as beckon-agent keygen prints it, or its file's name", element);
    }
    signers.emplace_back(text);
  }
}

void read_timing(ObjectReader& root, Timing& timing) {
  const json::View object = root.object("timing");
  if (!object.exists()) return;
  ObjectReader reader(object, "timing", root.errors());
  for (const TimingField& field : timing_fields()) {
    if (const auto value = reader.duration(field.name, field.min, field.max)) {
      timing.*field.member = *value;
    }
  }
  reader.finish();
}

void read_session(ObjectReader& root, SessionOptions& session) {
  if (const auto value = root.integer("concurrency", 1, kConcurrencyMax)) {
    session.concurrency = static_cast<std::size_t>(*value);
  }
  if (const auto value =
          root.integer("max_bytes", protocol::kSyncedBytesMin, protocol::kSyncedBytesMax)) {
    session.max_bytes = static_cast<std::size_t>(*value);
  }
  if (const auto value = root.choice("start", {"head", "oldest"})) {
    session.start_oldest = *value == "oldest";
  }
  if (const auto value = root.choice("renewal", {"make_before_break", "break_before_make"})) {
    session.make_before_break = *value == "make_before_break";
  }
  read_timing(root, session.timing);
}

void read_rules(ObjectReader& root, ActionTypes types, Config& config) {
  for (ActionType* type : types) type->read_settings(root);
  const json::View rules = root.array("rules");
  if (!rules.exists()) return;
  config.rules = std::make_shared<RuleSet>();
  std::size_t index = 0;
  for (const json::View rule : rules) {
    ObjectReader reader(rule, "rules[" + std::to_string(index++) + "]", root.errors());
    config.rules->push_back(read_rule(reader, types, config.require_signature));
  }
}

void take(std::optional<std::string> value, std::string& target) {
  if (value) target = std::move(*value);
}

bool is_authorization(std::string_view name) {
  constexpr std::string_view kName = "authorization";
  return std::ranges::equal(name, kName, [](char a, char b) { return (a | 0x20) == b; });
}

void check_identity(const char* name, const std::string& value, std::size_t bytes_max,
                    ConfigErrors& errors) {
  if (value.size() > bytes_max) {
    errors.push_back(std::string(name) + ": expected at most " + std::to_string(bytes_max) +
                     " bytes, got " + std::to_string(value.size()));
  }
  if (!is_header_value(value)) {
    errors.push_back(std::string(name) + ": expected a text without control characters");
  }
}

// Who this is: a device with a key, or in an open deployment a user and a device; at most one of
// the two ways.
void check_who(const Config& config, ConfigErrors& errors) {
  check_identity("user", config.user, protocol::kUserIdBytesMax, errors);
  check_identity("device", config.device, protocol::kDeviceIdBytesMax, errors);
  if (config.claim && config.key_file.empty()) {
    errors.push_back("claim: expected a key (--key FILE; beckon-agent keygen makes one)");
  }
  if (!config.key_file.empty()) {
    if (config.device.empty()) errors.push_back("device: expected one, since key is given");
    if (!config.user.empty()) {
      errors.push_back("user: leave it out; the backend knows whose device this key belongs to");
    }
    const auto own = std::ranges::find_if(config.headers, is_authorization, &Header::name);
    if (own != config.headers.end()) {
      errors.push_back("headers." + own->name + ": leave it out; key makes this header");
    }
    return;
  }
  if (config.user.empty() != config.device.empty()) {
    errors.push_back(config.user.empty() ? "user: expected one, or a key, since device is given"
                                         : "device: expected one, since user is given");
  }
  if (config.user.empty() && config.device.empty() && config.headers.empty()) {
    errors.push_back(
        "device, key: expected who this is (--device NAME --key FILE, or in an open deployment "
        "--user NAME --device NAME), but nothing is given");
  }
}

// A rule that wants what nobody can give would never run, and nobody would know.
void check_signers(const Config& config, ConfigErrors& errors) {
  bool is_wanted = config.require_signature;
  if (config.rules) {
    is_wanted = is_wanted || std::ranges::any_of(*config.rules, &Rule::requires_signature);
  }
  if (!is_wanted) return;
  if (config.signers.empty()) {
    errors.push_back(
        "signers: expected the public key of whoever may sign (beckon-agent keygen --signer makes "
        "one), since require_signature is set, but it is missing");
  }
  if (config.device.empty()) {
    errors.push_back(
        "device: expected one, since require_signature is set: signatures are for devices by name");
  }
}

}  // namespace

bool is_header_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool is_header_value(std::string_view text) {
  return text.size() <= kHeaderValueBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
         });
}

std::optional<base::LogLevel> parse_log_level(std::string_view text) {
  for (const auto level : {base::LogLevel::kDebug, base::LogLevel::kInfo, base::LogLevel::kWarning,
                           base::LogLevel::kError}) {
    if (text == base::to_string(level)) return level;
  }
  return std::nullopt;
}

std::optional<std::string> set_timing(Timing& timing, std::string_view name,
                                      std::string_view value) {
  std::string known;
  for (const TimingField& field : timing_fields()) {
    if (!known.empty()) known += ", ";
    known += field.name;
    if (name != field.name) continue;
    const auto parsed = base::parse_duration(value);
    if (parsed && *parsed >= field.min && *parsed <= field.max) {
      timing.*field.member = *parsed;
      return std::nullopt;
    }
    return "timing." + std::string(name) + ": expected a duration from " +
           format_duration(field.min) + " to " + format_duration(field.max) + ", got \"" +
           std::string(value) + "\"";
  }
  return "timing." + std::string(name) + ": unknown; known are " + known;
}

ConfigErrors read_config(std::string_view text, ActionTypes types, Config& config) {
  ConfigErrors errors;
  const auto document = json::parse(text);
  if (!document) {
    errors.push_back("the configuration is not JSON: " + document.error().message);
    return errors;
  }
  ObjectReader root(document->root(), "", errors);
  root.any("$schema");  // for editors
  take(root.nonempty_text("url"), config.url);
  take(root.nonempty_text("user"), config.user);
  take(root.nonempty_text("device"), config.device);
  take(root.nonempty_text("key"), config.key_file);
  if (const auto value = root.flag("claim")) config.claim = *value;
  take(root.nonempty_text("state_dir"), config.state_dir);
  if (const json::View tls = root.object("tls"); tls.exists()) {
    ObjectReader reader(tls, "tls", errors);
    take(reader.nonempty_text("ca_file"), config.ca_file);
    read_pins(reader, config.pins);
    reader.finish();
  }
  if (const auto value = root.flag("insecure")) config.insecure = *value;
  if (const auto value = root.choice("log_level", {"debug", "info", "warning", "error"})) {
    config.log_level = parse_log_level(*value);
  }
  read_headers(root, config);
  read_session(root, config.session);
  if (const auto rate = read_rate(root)) config.rate = rate;
  read_signers(root, config.signers);
  if (const auto value = root.flag("require_signature")) config.require_signature = *value;
  read_rules(root, types, config);
  root.finish();
  return errors;
}

ConfigErrors check_config(const Config& config) {
  ConfigErrors errors;
  if (config.url.empty()) {
    errors.push_back(
        "url: expected the API's address (--url wss://… or \"url\"), but it is missing");
  } else if (const auto url = parse_websocket_url(config.url); !url) {
    errors.push_back("url: " + url.error().message);
  } else if (!url->secure && !url->is_loopback() && !config.insecure) {
    errors.push_back(
        "url: expected wss:// for another machine, got ws://; what is sent could be "
        "read by anybody on the way (--insecure allows it)");
  }
  check_who(config, errors);
  check_signers(config, errors);
  const Timing& timing = config.session.timing;
  if (timing.renew_max < timing.renew_min) {
    errors.push_back("timing.renew_max: expected at least renew_min (" +
                     format_duration(timing.renew_min) + "), got " +
                     format_duration(timing.renew_max));
  }
  if (timing.backoff_cap < timing.backoff_base) {
    errors.push_back("timing.backoff_cap: expected at least backoff_base (" +
                     format_duration(timing.backoff_base) + "), got " +
                     format_duration(timing.backoff_cap));
  }
  return errors;
}

}  // namespace beckon::agent
