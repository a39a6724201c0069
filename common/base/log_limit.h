// SPDX-License-Identifier: Apache-2.0
// Keeps a peer from filling a log: of each module, kLinesAtOnce lines at once and one in kLineEvery
// after them. What is over that is counted, and the next line that is shown says how many were left
// out. Debug passes: who asks for it wants everything. Does not decide where lines go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/log.h"
#include "common/base/time.h"

namespace beckon::base {

class LogLimit final : public LogSink {
 public:
  // More than any honest hour of a device takes, and little enough to read.
  static constexpr std::int64_t kLinesAtOnce = 200;
  // With the longest lines (2 kB) 35 MB a day and module; common ones make 3 MB.
  static constexpr Duration kLineEvery{5000};

  using Now = Instant (*)();

  // sink must outlive this.
  explicit LogLimit(LogSink& sink, Now now = monotonic_now) : sink_(sink), now_(now) {}

  void write(LogLevel level, std::string_view module, std::string_view text) override;
  bool enabled(LogLevel level) const override { return sink_.enabled(level); }

 private:
  struct Module {
    std::string name;
    std::int64_t lines_left = kLinesAtOnce;
    Instant filled_at;
    std::uint64_t left_out = 0;
  };

  Module& find(std::string_view name, Instant now);

  LogSink& sink_;
  Now now_;
  std::vector<Module> modules_;
};

}  // namespace beckon::base
