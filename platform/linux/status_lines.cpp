// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/status_lines.h"

#include "common/json/writer.h"

namespace beckon::platform {

std::string state_line(agent::State state, std::string_view reason, base::WallTime time) {
  json::Writer line;
  line.begin_object().member("type", agent::to_string(state));
  if (!reason.empty()) line.member("reason", reason);
  line.member("time", base::format_rfc3339(time, true)).end_object();
  return line.take();
}

std::string lost_line(std::uint64_t count) {
  json::Writer line;
  line.begin_object().member("type", "lost").member("count", static_cast<std::int64_t>(count));
  return line.end_object().take();
}

std::string reset_line(const protocol::Cursor& start) {
  json::Writer line;
  line.begin_object().member("type", "reset").member("cursor", protocol::to_string(start));
  return line.end_object().take();
}

std::string claim_line(std::string_view code) {
  json::Writer line;
  line.begin_object().member("type", "claim").member("code", code).end_object();
  return line.take();
}

}  // namespace beckon::platform
