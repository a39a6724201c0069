// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace beckon::emulator {

int open_memory_status(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/status";
  return open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

std::uint64_t read_memory_peak_kb(int status_fd) {
  std::array<char, 2048> text;
  const ssize_t got = pread(status_fd, text.data(), text.size(), 0);
  if (got <= 0) return 0;
  const std::string_view status(text.data(), static_cast<std::size_t>(got));
  constexpr std::string_view kName = "VmHWM:";
  const std::size_t at = status.find(kName);
  if (at == std::string_view::npos) return 0;
  std::string_view value = status.substr(at + kName.size());
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  std::uint64_t kb = 0;
  std::from_chars(value.data(), value.data() + value.size(), kb);
  return kb;
}

}  // namespace beckon::emulator
