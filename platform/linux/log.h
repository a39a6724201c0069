// SPDX-License-Identifier: Apache-2.0
// The agent's log: standard error, from a level up that a reload may change. What a server can
// cause by talking is limited (base::LogLimit), so that it cannot fill a disk. What rules write for
// events is not: that is what they were asked for, and their own rates bound it.
#pragma once

#include "common/base/log.h"
#include "common/base/log_limit.h"

namespace beckon::platform {

class LeveledLog final : public base::LogSink {
 public:
  void set_level(base::LogLevel level) { level_ = level; }
  void write(base::LogLevel level, std::string_view module, std::string_view text) override {
    if (!enabled(level)) return;
    const bool of_the_server = module == "agent" || module == "session" || module == "actions";
    if (of_the_server) {
      limited_.write(level, module, text);
    } else {
      out_.write(level, module, text);
    }
  }
  bool enabled(base::LogLevel level) const override { return level >= level_; }

 private:
  base::LogLevel level_ = base::LogLevel::kInfo;
  base::StderrLog out_{base::LogLevel::kDebug};
  base::LogLimit limited_{out_};
};

}  // namespace beckon::platform
