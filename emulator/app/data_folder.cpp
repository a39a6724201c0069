// SPDX-License-Identifier: Apache-2.0
#include "emulator/app/data_folder.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace beckon::emulator {

base::Status make_data_folder(const std::string& path) {
  std::filesystem::path folder;
  int error = 0;
  for (const std::filesystem::path& part : std::filesystem::path(path)) {
    folder /= part;
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST && error == 0) error = errno;
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return {};
  return base::fail(base::ErrorCode::kIo, "--data " + path + " cannot be made: " +
                                              std::strerror(error == 0 ? ENOTDIR : error));
}

}  // namespace beckon::emulator
