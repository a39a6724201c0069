// SPDX-License-Identifier: Apache-2.0
// What was typed behind `beckon device`.
#pragma once

#include <string>
#include <variant>

#include "common/base/time.h"

namespace CLI {
class App;
}

namespace beckon::cli {

struct DevicesOptions {
  std::string user;  // "" for everybody
};

struct DeviceOptions {
  enum class Verb { kAdd, kShow, kRotate, kDisable, kEnable, kRemove, kClaim };
  Verb verb = Verb::kShow;
  std::string device;        // kClaim: ""
  std::string user;          // kAdd, kClaim
  std::string key_pem;       // kAdd, kRotate: the text of the file
  base::Duration overlap{};  // kRotate
  std::string code;          // kClaim: as typed
};

// The variables that CLI11 fills while it parses.
struct TypedDevice {
  DeviceOptions options;
  DevicesOptions list;
  std::string key_file;
  std::string overlap = "24h";
};

void add_device_command(CLI::App& app, TypedDevice& typed);

// device: the parsed `device` command. Reads the key's file. Throws Failure.
std::variant<DevicesOptions, DeviceOptions> take_device_command(const CLI::App& device,
                                                                TypedDevice& typed);

}  // namespace beckon::cli
