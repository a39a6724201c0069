// SPDX-License-Identifier: Apache-2.0
#include "cli/device_command.h"

#include <fmt/format.h>

#include "cli/table.h"
#include "common/identity/claim_code.h"

namespace beckon::cli {
namespace {

using base::ErrorCode;
using Verb = DeviceOptions::Verb;
using namespace std::chrono_literals;

constexpr base::Duration kCloseBudget = 5s;

[[noreturn]] void fail_as(const base::Error& error, const Access& access) {
  switch (error.code) {
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict: throw Failure(kExitConflict, error.message);
    case ErrorCode::kNotFound: throw Failure(kExitNotFound, error.message);
    case ErrorCode::kInvalid: throw Failure(kExitUsage, error.message);
    default: throw Failure(kExitFailed, explain(error, access));
  }
}

template <class T>
T done(base::Result<T> result, const Access& access) {
  if (!result) fail_as(result.error(), access);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

crypto::PublicKey key_of(const DeviceOptions& options) {
  const auto key = crypto::PublicKey::from_pem(options.key_pem);
  if (!key) throw Failure(kExitUsage, "--key: " + key.error().message);
  return *key;
}

class Command {
 public:
  Command(const Context& context, lambdas::Host& registry, const DeviceOptions& options)
      : context_(context), registry_(registry), options_(options), device_(options.device) {}

  int run() {
    switch (options_.verb) {
      case Verb::kAdd: return add();
      case Verb::kShow: return show();
      case Verb::kRotate: return rotate();
      case Verb::kDisable: return disable();
      case Verb::kEnable: return enable();
      case Verb::kRemove: return remove();
      case Verb::kClaim: return claim();
    }
    return kExitFailed;
  }

 private:
  int add() {
    const crypto::PublicKey key = key_of(options_);
    done(lambdas::add_device(registry_, device_, options_.user, key), context_.access);
    // A device that was registered in open mode may be online as anybody.
    close(options_.user);
    return registered(key);
  }

  int claim() {
    const auto code = identity::parse_claim_code(options_.code);
    if (!code) {
      throw Failure(kExitUsage,
                    fmt::format("'{}' is no code: expected 8 letters and digits, as the device "
                                "shows them (XXXX-XXXX)",
                                options_.code));
    }
    const auto claimed = lambdas::claim_device(registry_, *code, options_.user);
    if (!claimed && claimed.error().code == ErrorCode::kNotFound) {
      throw Failure(kExitNotFound,
                    fmt::format("no device shows the code {} now: is the agent running with "
                                "--claim, was it refused (HTTP 403) within the last 10 minutes, "
                                "and does the deployment allow it (Enrolment=claim)?",
                                identity::format_claim_code(*code)));
    }
    if (!claimed) fail_as(claimed.error(), context_.access);
    device_ = claimed->device_id;
    close(options_.user);
    return registered(claimed->key);
  }

  int registered(const crypto::PublicKey& key) {
    if (context_.json) {
      json::Writer writer;
      writer.begin_object().member("device", device_).member("user", options_.user);
      writer.member("key", key.fingerprint());
      return finish(writer);
    }
    fmt::print("{} is {}'s now, with the key {}\n", device_, options_.user, key.fingerprint());
    return warn();
  }

  DeviceRow known() {
    const auto row = answer(context_.reader.device(device_), context_.access);
    if (row) return *row;
    throw Failure(kExitNotFound,
                  fmt::format("there is no device '{}' (names are case-sensitive)", device_));
  }

  int show() {
    const DeviceRow row = known();
    return show_device(context_, row);
  }

  int rotate() {
    const crypto::PublicKey key = key_of(options_);
    const DeviceRow row = known();
    done(lambdas::rotate_key(registry_, device_, key, options_.overlap), context_.access);
    const bool at_once = options_.overlap.count() == 0;
    if (at_once) close(row.user);
    const std::string until =
        base::format_rfc3339({registry_.pace.wall_now().unix_ms + options_.overlap.count()});
    if (context_.json) {
      json::Writer writer;
      writer.begin_object().member("device", device_).member("key", key.fingerprint());
      if (!at_once) writer.member("previous_key_until", until);
      return finish(writer);
    }
    const std::string old = at_once ? fmt::format("is not accepted any more ({})", closed_text())
                                    : fmt::format("is accepted until {}", until);
    fmt::print("{} has the key {}; the old one {}\n", device_, key.fingerprint(), old);
    return warn();
  }

  int disable() {
    const DeviceRow row = known();
    done(lambdas::disable_device(registry_, device_), context_.access);
    close(row.user);
    return tell("disabled");
  }

  int enable() {
    done(lambdas::enable_device(registry_, device_), context_.access);
    if (!context_.json) {
      fmt::print("{} is enabled; it connects at its next attempt\n", device_);
      return kExitOk;
    }
    json::Writer writer;
    writer.begin_object().member("device", device_).member("state", "enabled");
    return finish(writer);
  }

  int remove() {
    const DeviceRow row = known();
    // Disabled first: it does not come back between the closing and the removing, and if a
    // connection stays open the command can be typed again.
    if (!row.public_key.empty()) {
      done(lambdas::disable_device(registry_, device_), context_.access);
    }
    close(row.user);
    if (!all_closed()) return tell(row.public_key.empty() ? "still there" : "disabled");
    done(lambdas::remove_device(registry_, device_), context_.access);
    return tell("removed");
  }

  // What fails here is said when all else is: the device's row is changed already.
  void close(const std::string& user) {
    const auto closed = lambdas::close_connections(registry_, user, device_, kCloseBudget);
    if (closed) {
      closed_ = *closed;
    } else {
      close_error_ = explain(closed.error(), context_.access);
    }
  }

  bool all_closed() const { return closed_.failed == 0 && close_error_.empty(); }

  std::string closed_text() const { return counted(closed_.closed, "connection") + " closed"; }

  int tell(const char* state) {
    if (context_.json) {
      json::Writer writer;
      writer.begin_object().member("device", device_).member("state", state);
      return finish(writer);
    }
    fmt::print("{} is {}; {}\n", device_, state, closed_text());
    return warn();
  }

  int finish(json::Writer& writer) {
    writer.member("closed", static_cast<std::int64_t>(closed_.closed)).end_object();
    print_json(writer);
    return warn();
  }

  int warn() const {
    if (all_closed()) return kExitOk;
    const std::string what =
        close_error_.empty()
            ? fmt::format("{} of {} could not be closed", counted(closed_.failed, "connection"),
                          device_)
            : fmt::format("the connections of {} could not be closed: {}", device_, close_error_);
    throw Failure(kExitFailed, fmt::format("{}\n{}", what, how_to_close()));
  }

  // Only what can be done twice is typed again.
  std::string how_to_close() const {
    switch (options_.verb) {
      case Verb::kDisable:
      case Verb::kRemove: return "Type the command again";
      default:
        return fmt::format(
            "All else is done. What is open is closed by: beckon device disable {0}\n"
            "and then the device is let in again by: beckon device enable {0}",
            device_);
    }
  }

  const Context& context_;
  lambdas::Host& registry_;
  const DeviceOptions& options_;
  std::string device_;
  lambdas::ClosedConnections closed_;
  std::string close_error_;  // why nothing, or not everything, was closed; empty: see closed_
};

}  // namespace

int run_device(const Context& context, lambdas::Host& registry, const DeviceOptions& options) {
  return Command(context, registry, options).run();
}

}  // namespace beckon::cli
