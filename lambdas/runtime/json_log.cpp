// SPDX-License-Identifier: Apache-2.0
#include "lambdas/runtime/json_log.h"

#include <unistd.h>

#include <cerrno>

#include "common/base/time.h"
#include "common/json/writer.h"

namespace beckon::lambdas {
namespace {

// CloudWatch's own names, as the managed runtimes write them.
std::string_view cloudwatch_level(base::LogLevel level) {
  switch (level) {
    case base::LogLevel::kDebug: return "DEBUG";
    case base::LogLevel::kInfo: return "INFO";
    case base::LogLevel::kWarning: return "WARN";
    case base::LogLevel::kError: return "ERROR";
  }
  return "ERROR";
}

}  // namespace

void JsonLog::write(base::LogLevel level, std::string_view module, std::string_view text) {
  if (!enabled(level)) return;
  json::Writer line;
  line.begin_object();
  line.member("time", base::format_rfc3339(base::wall_now(), true));
  line.member("level", cloudwatch_level(level));
  if (!request_id_.empty()) line.member("requestId", request_id_);
  line.member("module", module);
  line.member("message", text);
  line.end_object();
  std::string bytes = line.take();
  bytes += '\n';
  // One write for one line, so that lines of several threads or processes do not mix. A log that
  // cannot be written is lost: there is nobody to tell.
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace beckon::lambdas
