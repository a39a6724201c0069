// SPDX-License-Identifier: Apache-2.0
// What a function's process writes to stdout and stderr: read from its pipe, cut into lines, shown
// in the emulator's log with the function's name and the invocation's id, and kept (the last 4 kB
// of an invocation) for Invoke's log tail. A line in Lambda's JSON log format is shown with the
// level that it gives itself, every other line as info.
#pragma once

#include <string>
#include <string_view>

#include "common/base/log.h"
#include "emulator/loop/event_loop.h"

namespace beckon::emulator {

class ProcessOutput {
 public:
  // Takes fd over. function_name must outlive this.
  ProcessOutput(EventLoop& loop, base::LogSink& log, int fd, std::string_view function_name);
  ~ProcessOutput();
  ProcessOutput(const ProcessOutput&) = delete;
  ProcessOutput& operator=(const ProcessOutput&) = delete;

  // Lines from now on belong to this invocation; "" between invocations.
  void begin(std::string_view request_id);
  // Reads what has been written so far; a last line without its end counts as a line if `final`.
  void drain(bool final);
  // A line of the emulator's own about the invocation: for the log only.
  void note(base::LogLevel level, std::string_view text);
  // The same, which belongs to the function's log as Lambda would have written it.
  void add_line(base::LogLevel level, std::string_view text);
  // True if the process has written something since begin().
  bool has_lines() const { return has_lines_; }
  std::string take_tail();

 private:
  void take(std::string_view bytes);
  void emit(std::string_view line);
  void close_pipe();

  EventLoop& loop_;
  base::LogSink& log_;
  int fd_;
  std::string_view function_name_;
  std::string request_id_;
  std::string partial_;
  std::string tail_;
  bool has_lines_ = false;
};

}  // namespace beckon::emulator
