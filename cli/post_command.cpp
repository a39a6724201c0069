// SPDX-License-Identifier: Apache-2.0
// beckon post, and its --wait: polls what `beckon status` shows until no device is pending.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/commands.h"
#include "cli/table.h"
#include "common/base/log.h"

namespace beckon::cli {
namespace {

using namespace std::chrono_literals;

// The first look comes soon, since a fast fleet is done in a second; later ones are rarer.
constexpr base::Duration kPollFirst = 50ms;
constexpr base::Duration kPollMax = 500ms;

struct WaitResult {
  bool is_stored = false;  // the event has reached the user's stream
  std::vector<DeviceStatus> statuses;
};

WaitResult look(const Context& context, const std::string& user, const std::string& event_id) {
  const auto facts = answer(context.reader.facts(user, event_id), context.access);
  if (!facts) return {};
  return {.is_stored = true, .statuses = device_statuses(*facts, base::wall_now().unix_ms / 1000)};
}

WaitResult wait_for(const Context& context, const PostOptions& options,
                    const std::string& event_id) {
  const base::Instant deadline = base::monotonic_now() + *options.wait;
  base::Duration pause = kPollFirst;
  for (;;) {
    WaitResult result = look(context, options.event.user, event_id);
    const bool is_done = result.is_stored && is_settled(result.statuses);
    const base::Instant now = base::monotonic_now();
    if (is_done || now >= deadline) return result;
    std::this_thread::sleep_for(std::min(pause, deadline - now));
    pause = std::min(pause * 2, kPollMax);
  }
}

int exit_code_of(const WaitResult& result) {
  if (!result.is_stored || !is_settled(result.statuses)) return kExitPending;
  if (result.statuses.empty()) return kExitNotFound;
  return all_handled(result.statuses) ? kExitOk : kExitFailed;
}

void print_result(const Context& context, const PostOptions& options, const WaitResult& result) {
  const std::string& user = options.event.user;
  if (!result.is_stored) {
    fmt::print(stderr,
               "beckon: the event is not in {}'s stream yet; if it does not come, see "
               "beckon dead-letters\n",
               user);
  } else if (result.statuses.empty()) {
    fmt::print(stderr, "beckon: {} has no devices yet; the event is stored\n", user);
  } else {
    fmt::print("{}", statuses_table(result.statuses, context.width_max));
  }
}

// EventBridge accepts an event for a bus that does not exist, answers with an id, and drops it.
void check_bus(const Context& context) {
  const base::Status found = context.bus.check();
  if (found) return;
  switch (found.error().code) {
    case base::ErrorCode::kNotFound:
      throw Failure(kExitNotFound, base::escape_control(found.error().message));
    case base::ErrorCode::kDenied:  // Who may post need not be allowed to look.
      fmt::print(stderr,
                 "beckon: posting without knowing that the bus exists; to have it checked, allow "
                 "events:DescribeEventBus ({})\n",
                 base::escape_control(found.error().message));
      return;
    default: throw Failure(kExitFailed, explain(found.error(), context.access));
  }
}

}  // namespace

int run_post(const Context& context, const PostOptions& options) {
  const std::string detail = valid(detail_of(options.event));
  check_bus(context);
  const std::string id = answer(context.bus.put(options.event.name, detail), context.access);
  json::Writer writer;
  writer.begin_object()
      .member("event_id", id)
      .member("user", options.event.user)
      .member("name", options.event.name);
  if (!options.wait) {
    writer.end_object();
    context.json ? print_json(writer) : fmt::print("{}\n", base::escape_control(id));
    return kExitOk;
  }
  if (!context.json) {
    fmt::print("{}\n", base::escape_control(id));
    std::fflush(stdout);  // the id is of use while the devices are still waited for
  }
  const WaitResult result = wait_for(context, options, id);
  if (context.json) {
    writer.member("stored", result.is_stored);
    write_statuses(writer, result.statuses);
    writer.end_object();
    print_json(writer);
  } else {
    print_result(context, options, result);
  }
  return exit_code_of(result);
}

}  // namespace beckon::cli
