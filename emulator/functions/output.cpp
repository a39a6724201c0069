// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/output.h"

#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "common/json/json.h"

namespace beckon::emulator {
namespace {

constexpr std::size_t kTailBytesMax = 4096;  // Lambda's
// A longer line is shown in pieces, so that a function without line ends cannot fill our memory.
constexpr std::size_t kLineBytesMax = 8192;
// Reads per wake-up: a function that writes without pause must not starve the rest of the loop.
constexpr int kReadsMax = 16;

// The level of a line in Lambda's JSON log format: {"level":"ERROR",…}.
base::LogLevel level_of(std::string_view line) {
  using base::LogLevel;
  constexpr std::pair<const char*, LogLevel> kLevels[] = {
      {"TRACE", LogLevel::kDebug}, {"DEBUG", LogLevel::kDebug},     {"WARN", LogLevel::kWarning},
      {"ERROR", LogLevel::kError}, {"WARNING", LogLevel::kWarning}, {"FATAL", LogLevel::kError},
  };
  if (!line.starts_with('{')) return LogLevel::kInfo;
  const auto document = json::parse(line, json::kDepthMaxHost);
  if (!document) return LogLevel::kInfo;
  const std::string level((*document)["level"].string_or(""));
  for (const auto& [name, known] : kLevels) {
    if (strcasecmp(level.c_str(), name) == 0) return known;
  }
  return LogLevel::kInfo;
}

}  // namespace

ProcessOutput::ProcessOutput(EventLoop& loop, base::LogSink& log, int fd,
                             std::string_view function_name)
    : loop_(loop), log_(log), fd_(fd), function_name_(function_name) {
  loop_.watch(fd_, EPOLLIN, [this](std::uint32_t) { drain(false); });
}

ProcessOutput::~ProcessOutput() {
  close_pipe();
}

void ProcessOutput::close_pipe() {
  if (fd_ < 0) return;
  loop_.unwatch(fd_);
  close(fd_);
  fd_ = -1;
}

void ProcessOutput::begin(std::string_view request_id) {
  request_id_ = request_id;
  has_lines_ = false;
}

void ProcessOutput::drain(bool final) {
  std::array<char, 16384> chunk;
  for (int i = 0; fd_ >= 0 && i < kReadsMax; ++i) {
    const ssize_t got = read(fd_, chunk.data(), chunk.size());
    if (got > 0) {
      take(std::string_view(chunk.data(), static_cast<std::size_t>(got)));
      if (static_cast<std::size_t>(got) < chunk.size()) break;
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
    close_pipe();
  }
  if (final && !partial_.empty()) emit(std::exchange(partial_, {}));
}

void ProcessOutput::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    partial_ += bytes.substr(0, end);
    const bool complete = end != std::string_view::npos;
    bytes.remove_prefix(complete ? end + 1 : bytes.size());
    if (complete || partial_.size() >= kLineBytesMax) {
      emit(partial_);
      partial_.clear();
    }
  }
}

void ProcessOutput::emit(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  has_lines_ = true;
  add_line(level_of(line), line);
}

void ProcessOutput::add_line(base::LogLevel level, std::string_view text) {
  tail_.append(text).append("\n");
  if (tail_.size() > 2 * kTailBytesMax) tail_.erase(0, tail_.size() - kTailBytesMax);
  note(level, text);
}

void ProcessOutput::note(base::LogLevel level, std::string_view text) {
  if (!log_.enabled(level)) return;
  std::string line = request_id_.empty() ? std::string("-") : request_id_;
  line.append(" ").append(text);
  log_.write(level, function_name_, line);
}

std::string ProcessOutput::take_tail() {
  if (tail_.size() > kTailBytesMax) tail_.erase(0, tail_.size() - kTailBytesMax);
  return std::exchange(tail_, {});
}

}  // namespace beckon::emulator
