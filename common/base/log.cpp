// SPDX-License-Identifier: Apache-2.0
#include "common/base/log.h"

#include <cstdarg>
#include <cstdio>

#include "common/base/bytes.h"

namespace beckon::base {
namespace {

// Longer lines are cut: a log line is for a person, and a peer must not choose how long it is.
constexpr std::size_t kLineBytesMax = 2048;

void write_formatted(LogSink& sink, LogLevel level, std::string_view module, const char* format,
                     va_list arguments) {
  if (!sink.enabled(level)) return;
  char line[kLineBytesMax];
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  if (length < 0) return;
  const auto bytes = static_cast<std::size_t>(length);
  sink.write(level, module, std::string_view(line, bytes < sizeof line ? bytes : sizeof line - 1));
}

class NullLog final : public LogSink {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
  bool enabled(LogLevel) const override { return false; }
};

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "unknown";
}

#define BECKON_LOG_METHOD(name, level)                          \
  void Logger::name(const char* format, ...) const {            \
    va_list arguments;                                          \
    va_start(arguments, format);                                \
    write_formatted(*sink_, level, module_, format, arguments); \
    va_end(arguments);                                          \
  }
BECKON_LOG_METHOD(debug, LogLevel::kDebug)
BECKON_LOG_METHOD(info, LogLevel::kInfo)
BECKON_LOG_METHOD(warning, LogLevel::kWarning)
BECKON_LOG_METHOD(error, LogLevel::kError)
#undef BECKON_LOG_METHOD

std::string escape_control(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto hex = [&out](char c) {
    char escaped[5];
    std::snprintf(escaped, sizeof escaped, "\\x%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += escaped;
  };
  std::size_t good = utf8_prefix_bytes(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (i == good) {  // not UTF-8: a terminal may take it for anything
      hex(c);
      good += 1 + utf8_prefix_bytes(text.substr(i + 1));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      hex(c);
    } else if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      hex(c);  // U+0080 to U+009F: controls too, U+009B begins a terminal's commands
      hex(text[++i]);
    } else {
      out += c;
    }
  }
  return out;
}

LogSink& null_log() {
  static NullLog log;
  return log;
}

void StderrLog::write(LogLevel level, std::string_view module, std::string_view text) {
  if (!enabled(level)) return;
  std::string line(to_string(level));
  line += ' ';
  line += module;
  line += ": ";
  line += escape_control(text);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace beckon::base
