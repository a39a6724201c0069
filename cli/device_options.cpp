// SPDX-License-Identifier: Apache-2.0
#include "cli/device_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/failure.h"
#include "common/crypto/es256.h"

namespace beckon::cli {
namespace {

using Verb = DeviceOptions::Verb;

constexpr const char* kDeviceHelp = R"(Examples:
  beckon device add laptop --user Bob --key laptop.pub    the file that beckon-agent keygen printed
  beckon-agent keygen | beckon device add laptop --user Bob --key -
  beckon device rotate laptop --key new.pub --overlap 24h   both keys are accepted for a day
  beckon device rotate laptop --key new.pub --overlap 0s    the old one is lost: it ends at once
  beckon device disable laptop                            and closes its connections
  beckon device claim 0AXB-93P1 --user Bob                the device that shows this code is Bob's

Exit codes: 0 done; 1 failed (not reachable, refused, or a connection could not be closed); 2 wrong
usage or key; 3 no such device or code; 5 the device is there already, or something changed meanwhile.)";

// At most one byte more than a key file may have: what is longer is refused as no key.
std::string read_key_text(const std::string& name) {
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  const std::unique_ptr<std::FILE, Close> file(name == "-" ? stdin
                                                           : std::fopen(name.c_str(), "rb"));
  std::string text(crypto::kKeyFileBytesMax + 1, '\0');
  if (file) text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (!file || std::ferror(file.get()) != 0) {
    throw Failure(kExitUsage,
                  fmt::format("--key {}: cannot be read: {}", name, std::strerror(errno)));
  }
  return text;
}

CLI::App* add_verb(CLI::App& device, TypedDevice& typed, const char* name, const char* help) {
  CLI::App* verb = device.add_subcommand(name, help);
  verb->add_option("ID", typed.options.device, "The device's id")->required();
  return verb;
}

void add_user(CLI::App& verb, std::string& user, const char* help, bool required) {
  verb.add_option("--user", user, help)->type_name("USER")->required(required);
}

void add_key(CLI::App& verb, std::string& file) {
  verb.add_option("--key", file, "File of the device's public key (PEM); - for standard input")
      ->type_name("FILE")
      ->required();
}

}  // namespace

void add_device_command(CLI::App& app, TypedDevice& typed) {
  CLI::App* device = app.add_subcommand("device", "Register devices and their keys");
  device->require_subcommand(1);
  CLI::App* add = add_verb(*device, typed, "add", "Register a device's public key for an owner");
  add_user(*add, typed.options.user, "Whose device it is", true);
  add_key(*add, typed.key_file);
  CLI::App* list = device->add_subcommand("list", "Show the devices and how far each is");
  add_user(*list, typed.list.user, "Only this user's", false);
  add_verb(*device, typed, "show", "Show all that is known of one device");
  CLI::App* rotate = add_verb(*device, typed, "rotate", "Give a device another key");
  add_key(*rotate, typed.key_file);
  rotate->add_option("--overlap", typed.overlap, "How long the old key is accepted besides")
      ->type_name("DURATION")
      ->capture_default_str();
  add_verb(*device, typed, "disable", "Let a device in no more, and close its connections");
  add_verb(*device, typed, "enable", "Undo disable");
  add_verb(*device, typed, "remove", "Forget a device, and close its connections");
  CLI::App* claim =
      device->add_subcommand("claim", "Register the device that shows a code (--claim)");
  claim->add_option("CODE", typed.options.code, "As the device shows it: XXXX-XXXX")->required();
  add_user(*claim, typed.options.user, "Whose device it is", true);
  for (CLI::App* verb : device->get_subcommands({})) verb->fallthrough();
  device->footer(kDeviceHelp);
}

std::variant<DevicesOptions, DeviceOptions> take_device_command(const CLI::App& device,
                                                                TypedDevice& typed) {
  const std::string name = device.get_subcommands().at(0)->get_name();
  if (name == "list") return typed.list;
  constexpr std::pair<const char*, Verb> kVerbs[] = {
      {"add", Verb::kAdd},         {"show", Verb::kShow},     {"rotate", Verb::kRotate},
      {"disable", Verb::kDisable}, {"enable", Verb::kEnable}, {"remove", Verb::kRemove},
      {"claim", Verb::kClaim}};
  DeviceOptions options = std::move(typed.options);
  for (const auto& [known, verb] : kVerbs) {
    if (name == known) options.verb = verb;
  }
  if (!typed.key_file.empty()) options.key_pem = read_key_text(typed.key_file);
  const auto overlap = base::parse_duration(typed.overlap);
  if (!overlap) {
    throw Failure(kExitUsage,
                  fmt::format("--overlap {}: {}", typed.overlap, overlap.error().message));
  }
  options.overlap = *overlap;
  return options;
}

}  // namespace beckon::cli
