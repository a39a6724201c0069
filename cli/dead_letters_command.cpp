// SPDX-License-Identifier: Apache-2.0
// beckon dead-letters: what could not be delivered, and why. Looks only: nothing is removed.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/table.h"

namespace beckon::cli {

int run_dead_letters(const Context& context, const DeadLettersOptions& options) {
  const auto letters = answer(context.dead_letters.peek(options.count_max), context.access);
  if (context.json) {
    json::Writer writer;
    writer.begin_object().key("dead_letters").begin_array();
    for (const DeadLetter& letter : letters) {
      writer.begin_object()
          .member("time", letter.sent_ms == 0 ? "" : base::format_rfc3339({letter.sent_ms}, true))
          .member("event_id", letter.event_id)
          .member("user", letter.user)
          .member("name", letter.name)
          .member("error", letter.error_code)
          .member("message", letter.error_message)
          .member("body", letter.body)
          .end_object();
    }
    writer.end_array().end_object();
    print_json(writer);
    return kExitOk;
  }
  const std::int64_t now_ms = base::wall_now().unix_ms;
  Table table({"WHEN", "EVENT", "USER", "NAME", "ERROR", "WHY"});
  for (const DeadLetter& letter : letters) {
    table.add({relative_time(letter.sent_ms, now_ms), letter.event_id, letter.user, letter.name,
               letter.error_code, letter.error_message});
  }
  fmt::print("{}", table.render(context.width_max));
  return kExitOk;
}

}  // namespace beckon::cli
