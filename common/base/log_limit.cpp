// SPDX-License-Identifier: Apache-2.0
#include "common/base/log_limit.h"

#include <algorithm>

namespace beckon::base {

LogLimit::Module& LogLimit::find(std::string_view name, Instant now) {
  const auto found = std::find_if(modules_.begin(), modules_.end(),
                                  [&](const Module& one) { return one.name == name; });
  if (found != modules_.end()) return *found;
  Module& module = modules_.emplace_back();
  module.name = name;
  module.filled_at = now;
  return module;
}

void LogLimit::write(LogLevel level, std::string_view module_name, std::string_view text) {
  if (!enabled(level)) return;
  if (level == LogLevel::kDebug) return sink_.write(level, module_name, text);
  const Instant now = now_();
  Module& module = find(module_name, now);
  const std::int64_t earned = (now - module.filled_at) / kLineEvery;
  module.filled_at += earned * kLineEvery;
  module.lines_left = std::min(module.lines_left + earned, kLinesAtOnce);
  if (module.lines_left == 0) {
    ++module.left_out;
    return;
  }
  if (--module.lines_left > 0 && module.left_out == 0) {
    return sink_.write(level, module_name, text);
  }
  std::string line(text);
  if (module.left_out > 0) {
    line += " [" + std::to_string(module.left_out) + " lines before this one were left out]";
  } else {
    line += " [too many lines: from here on one in " + std::to_string(kLineEvery.count() / 1000) +
            " s, and the rest is counted]";
  }
  module.left_out = 0;
  sink_.write(level, module_name, line);
}

}  // namespace beckon::base
