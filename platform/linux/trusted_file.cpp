// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/trusted_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "platform/linux/descriptor.h"
#include "platform/linux/file.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

std::string mode_of(const struct stat& found) {
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", found.st_mode & 07777U);
  return mode;
}

base::Result<struct stat> look_at(const std::string& folder) {
  struct stat found{};
  if (stat(folder.c_str(), &found) == 0) return found;
  return fail(ErrorCode::kIo, "cannot look at " + folder + ": " + std::strerror(errno));
}

// A folder, as its real path, and all above it.
base::Status check_folders_from(std::string folder) {
  for (bool is_first = true;; is_first = false, folder = folder_of(folder)) {
    const auto found = look_at(folder);
    if (!found) return std::unexpected(found.error());
    if (is_first) {
      if (const auto owned = check_owner(*found, folder); !owned) return owned;
    }
    if ((found->st_mode & S_IWOTH) != 0 && (found->st_mode & S_ISVTX) == 0) {
      return fail(ErrorCode::kDenied, "the folder " + folder + " has mode " + mode_of(*found) +
                                          ": anybody could replace the files in it; chmod o-w " +
                                          folder);
    }
    if (folder == "/") return {};
  }
}

}  // namespace

base::Status check_owner(const struct stat& found, const std::string& path) {
  if (found.st_uid == geteuid() || found.st_uid == 0) return {};
  return fail(ErrorCode::kDenied, path + " belongs to user " + std::to_string(found.st_uid) +
                                      ", who could change it; give it to the agent's own user: "
                                      "chown " +
                                      std::to_string(geteuid()) + " " + path);
}

base::Status check_only_owner_writes(const struct stat& found, const std::string& path) {
  if (const auto owned = check_owner(found, path); !owned) return owned;
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return fail(ErrorCode::kDenied, path + " has mode " + mode_of(found) +
                                      ": others than its owner can change what this agent does; "
                                      "chmod go-w " +
                                      path);
}

base::Status check_folder(const std::string& path) {
  char real[PATH_MAX];
  const std::string folder = folder_of(path);
  if (realpath(folder.c_str(), real) == nullptr) {
    return fail(ErrorCode::kIo, "cannot look at " + folder + ": " + std::strerror(errno));
  }
  const std::string real_folder = real;
  if (const auto safe = check_folders_from(real_folder); !safe) return safe;
  // A pipe has no path.
  if (realpath(path.c_str(), real) == nullptr) return {};
  const std::string target_folder = folder_of(real);
  return target_folder == real_folder ? base::Status{} : check_folders_from(target_folder);
}

base::Status check_own_folder(const std::string& folder) {
  const auto found = look_at(folder);
  if (!found) return std::unexpected(found.error());
  if (const auto owned = check_owner(*found, folder); !owned) return owned;
  if ((found->st_mode & (S_IWGRP | S_IWOTH)) == 0) return check_folder(folder);
  // No advice to take rights away from a folder that is shared on purpose.
  const bool is_shared = (found->st_mode & S_ISVTX) != 0 || found->st_uid != geteuid();
  return fail(ErrorCode::kDenied,
              "the folder " + folder + " has mode " + mode_of(*found) +
                  ": others than its owner could replace what is kept in it; " +
                  (is_shared ? "name one of the agent's own (it is made if it is not there)"
                             : "chmod go-w " + folder));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

base::Result<std::string> read_trusted_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found{};
  if (!file.valid() || fstat(file.get(), &found) != 0) {
    return fail(ErrorCode::kIo, "cannot read " + path + ": " + std::strerror(errno));
  }
  if (const auto owned = check_only_owner_writes(found, path); !owned) {
    return std::unexpected(owned.error());
  }
  if (const auto safe = check_folder(path); !safe) return std::unexpected(safe.error());
  return read_whole(file.get(), path, bytes_max);
}

}  // namespace beckon::platform
