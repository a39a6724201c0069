// SPDX-License-Identifier: Apache-2.0
// How a command of the tool ends: its exit code, and the exception that carries one to main().
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "common/base/error.h"

namespace beckon::cli {

// Documented in --help.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;    // the backend could not be reached or refused
inline constexpr int kExitUsage = 2;     // what was typed, or the configuration, is wrong
inline constexpr int kExitNotFound = 3;  // no such event, user, device, stack or bus
inline constexpr int kExitPending = 4;   // post --wait: a device had not handled it in time
inline constexpr int kExitConflict = 5;  // device: it is there already, or changed meanwhile

class Failure : public std::runtime_error {
 public:
  Failure(int exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// The value, or a Failure with the error's sentence. An argument that is wrong is kExitUsage.
template <class T>
T valid(base::Result<T> result) {
  if (!result) {
    const bool is_missing = result.error().code == base::ErrorCode::kNotFound;
    throw Failure(is_missing ? kExitNotFound : kExitUsage, result.error().message);
  }
  return std::move(*result);
}

}  // namespace beckon::cli
