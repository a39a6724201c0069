// SPDX-License-Identifier: Apache-2.0
// beckon: the operator's command line. Reads what was typed, makes the backend, runs one command.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <variant>

#include "cli/backend.h"
#include "cli/device_command.h"
#include "cli/failure.h"
#include "cli/options.h"
#include "cli/signing.h"

namespace beckon::cli {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

// 0 if the standard output is not a terminal: then nothing is cut.
std::size_t terminal_width() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

struct Runner {
  const Options& options;

  int operator()(const CompletionOptions& completion) const {
    fmt::print("{}", completion.script);
    return kExitOk;
  }
  int operator()(const PostOptions& post) const {
    // Before anything is asked of the backend.
    valid(detail_of(post.event));
    if (post.sign_key_file.empty()) {
      return with_backend([&](const Context& context) { return run_post(context, post); });
    }
    const auto key = valid(read_signing_key(post.sign_key_file));
    PostOptions signed_post = post;
    signed_post.event = valid(signed_event(post.event, key, base::wall_now()));
    valid(detail_of(signed_post.event));  // the signature counts
    return with_backend([&](const Context& context) { return run_post(context, signed_post); });
  }
  int operator()(const ConnectionsOptions& o) const {
    return with_backend([&](const Context& context) { return run_connections(context, o); });
  }
  int operator()(const DevicesOptions& o) const {
    return with_backend([&](const Context& context) { return run_devices(context, o); });
  }
  int operator()(const DeviceOptions& o) const {
    Backend backend(options.settings, environment);
    return run_device(context_of(backend), backend.registry(), o);
  }
  int operator()(const EventsOptions& o) const {
    return with_backend([&](const Context& context) { return run_events(context, o); });
  }
  int operator()(const StatusOptions& o) const {
    return with_backend([&](const Context& context) { return run_status(context, o); });
  }

  int operator()(const DeadLettersOptions& o) const {
    return with_backend([&](const Context& context) { return run_dead_letters(context, o); });
  }

  template <class Command>
  int with_backend(const Command& command) const {
    Backend backend(options.settings, environment);
    return command(context_of(backend));
  }

  Context context_of(Backend& backend) const {
    return {.reader = backend.reader(),
            .bus = backend,
            .dead_letters = backend.dead_letters(),
            .access = backend.access(),
            .json = options.json,
            .width_max = terminal_width()};
  }
};

int run(int argc, const char* const* argv) {
  const ParseOutcome parsed = parse_command_line(argc, argv);
  if (parsed.exit_code) return *parsed.exit_code;
  const int exit_code = std::visit(Runner{parsed.options}, parsed.options.command);
  if (std::fflush(stdout) != 0) throw Failure(kExitFailed, "the output could not be written");
  return exit_code;
}

}  // namespace
}  // namespace beckon::cli

int main(int argc, char** argv) {
  try {
    return beckon::cli::run(argc, argv);
  } catch (const beckon::cli::Failure& failure) {
    fmt::print(stderr, "beckon: {}\n", failure.what());
    return failure.exit_code();
  } catch (const std::exception& error) {
    fmt::print(stderr, "beckon: {}\n", error.what());
    return beckon::cli::kExitFailed;
  }
}
