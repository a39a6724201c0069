// SPDX-License-Identifier: Apache-2.0
#include "emulator/functions/binary.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace beckon::emulator {
namespace {

constexpr std::int64_t kBuildNs = 3'000'000'000;

}  // namespace

std::string bootstrap_path(const std::string& code_dir) {
  return code_dir + "/bootstrap";
}

std::optional<BinaryStamp> stamp_of(const std::string& code_dir) {
  struct stat info{};
  if (stat(bootstrap_path(code_dir).c_str(), &info) != 0) return std::nullopt;
  return BinaryStamp{.device = info.st_dev,
                     .inode = info.st_ino,
                     .size = info.st_size,
                     .modified_ns = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec};
}

base::Status check_bootstrap(const std::string& code_dir) {
  const std::string path = bootstrap_path(code_dir);
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) {
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("{} is not there; build the function or correct Code in the "
                                  "template",
                                  path));
  }
  if (!S_ISREG(info.st_mode)) {
    return base::fail(base::ErrorCode::kInvalid, path + " is not a file");
  }
  if (access(path.c_str(), X_OK) != 0) {
    return base::fail(base::ErrorCode::kDenied,
                      fmt::format("{0} is not executable; chmod +x {0}", path));
  }
  return {};
}

bool is_being_built(const BinaryStamp& stamp) {
  return base::wall_now().unix_ms * 1'000'000 - stamp.modified_ns < kBuildNs;
}

}  // namespace beckon::emulator
