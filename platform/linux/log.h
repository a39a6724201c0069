// SPDX-License-Identifier: Apache-2.0
// The agent's log: standard error, from a level up that a reload may change.
#pragma once

#include "common/base/log.h"

namespace beckon::platform {

class LeveledLog final : public base::LogSink {
 public:
  void set_level(base::LogLevel level) { level_ = level; }
  void write(base::LogLevel level, std::string_view module, std::string_view text) override {
    if (enabled(level)) out_.write(level, module, text);
  }
  bool enabled(base::LogLevel level) const override { return level >= level_; }

 private:
  base::LogLevel level_ = base::LogLevel::kInfo;
  base::StderrLog out_{base::LogLevel::kDebug};
};

}  // namespace beckon::platform
