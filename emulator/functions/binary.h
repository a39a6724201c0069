// SPDX-License-Identifier: Apache-2.0
// A function's `bootstrap` file: whether it can be started, and whether it is still the one that
// was.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"

namespace beckon::emulator {

// Differs for every build of the file.
struct BinaryStamp {
  dev_t device = 0;
  ino_t inode = 0;
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  bool operator==(const BinaryStamp&) const = default;
};

std::string bootstrap_path(const std::string& code_dir);

// Nothing if the file is not there at the moment.
std::optional<BinaryStamp> stamp_of(const std::string& code_dir);

// Errors: kNotFound, kDenied (not executable), kInvalid (no ordinary file); with what to do.
base::Status check_bootstrap(const std::string& code_dir);

// True if the file was written so recently that a linker may still be at it.
bool is_being_built(const BinaryStamp& stamp);

}  // namespace beckon::emulator
