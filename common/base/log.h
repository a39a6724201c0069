// SPDX-License-Identifier: Apache-2.0
// Logging as a port: a module writes lines to the sink it was given. Nothing here decides where
// lines go. Control characters in the text are escaped by the sinks, so that what a peer sent
// cannot forge a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace beckon::base {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

std::string_view to_string(LogLevel level);  // "debug", "info", "warning", "error"

class LogSink {
 public:
  // text: one line without newline, valid during the call only.
  virtual void write(LogLevel level, std::string_view module, std::string_view text) = 0;
  virtual bool enabled(LogLevel level) const = 0;

 protected:
  ~LogSink() = default;
};

// A module's handle on a sink; the module's name must outlive it (a literal).
class Logger {
 public:
  Logger(LogSink& sink, std::string_view module) : sink_(&sink), module_(module) {}

  void debug(const char* format, ...) const __attribute__((format(printf, 2, 3)));
  void info(const char* format, ...) const __attribute__((format(printf, 2, 3)));
  void warning(const char* format, ...) const __attribute__((format(printf, 2, 3)));
  void error(const char* format, ...) const __attribute__((format(printf, 2, 3)));

 private:
  LogSink* sink_;
  std::string_view module_;
};

// Newlines, tabs and other control characters as \n, \t, \xNN, and so what is not UTF-8; the rest
// as it is.
std::string escape_control(std::string_view text);

// Drops everything.
LogSink& null_log();

// Lines "LEVEL module: text" on stderr, from min_level up.
class StderrLog final : public LogSink {
 public:
  explicit StderrLog(LogLevel min_level) : min_level_(min_level) {}
  void write(LogLevel level, std::string_view module, std::string_view text) override;
  bool enabled(LogLevel level) const override { return level >= min_level_; }

 private:
  LogLevel min_level_;
};

}  // namespace beckon::base
