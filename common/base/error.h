// SPDX-License-Identifier: Apache-2.0
// The one error type that crosses function boundaries in Beckon: a code for programs, a sentence
// for people. It does not log and does not unwind: see CONTRIBUTING.md, "three kinds of trouble".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace beckon::base {

enum class ErrorCode : std::uint8_t {
  kInvalid,        // the input is wrong; the same call will fail again
  kNotFound,       // the named thing is not there
  kAlreadyExists,  // the named thing is there and must not be
  kConflict,       // somebody else changed it first; read again and retry
  kLimit,          // a documented limit was reached (size, count, rate)
  kTimeout,        // no answer in time; whether it took effect is unknown
  kUnavailable,    // the other side cannot be reached or is overloaded; retry later
  kDenied,         // identity or permission refused
  kIo,             // the operating system refused (disk, file, socket)
  kInternal,       // the other side failed in a way it does not explain
};

// "invalid", "not_found", …: the name used in logs and in wire messages. Static storage.
std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // what was expected, what came, what to do; no trailing period or newline
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace beckon::base
