// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/trusted_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "platform/linux/descriptor.h"
#include "platform/linux/file.h"

namespace beckon::platform {
namespace {

using base::ErrorCode;
using base::fail;

[[gnu::format(printf, 2, 3)]] std::unexpected<base::Error> refused(ErrorCode code,
                                                                   const char* format, ...) {
  char text[3 * PATH_MAX];  // a path is in it twice
  va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof text, format, values);
  va_end(values);
  return fail(code, text);
}

std::unexpected<base::Error> unseen(const char* path) {
  return refused(ErrorCode::kIo, "cannot look at %s: %s", path, std::strerror(errno));
}

unsigned mode_of(const struct stat& found) {
  return found.st_mode & 07777U;
}

// This folder and, by its real path, all above it.
base::Status check_folders_from(const char* folder) {
  char real[PATH_MAX];
  if (realpath(folder, real) == nullptr) return unseen(folder);
  for (bool is_first = true;; is_first = false) {
    struct stat found{};
    if (stat(real, &found) != 0) return unseen(real);
    if (is_first) {
      if (auto owned = check_owner(found, real); !owned) return owned;
    }
    if ((found.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH) {
      return refused(ErrorCode::kDenied,
                     "the folder %s has mode %04o: anybody could replace the files in it; chmod "
                     "o-w %s",
                     real, mode_of(found), real);
    }
    char* const name = std::strrchr(real, '/') + 1;
    if (*name == '\0') return {};
    name[name - 1 == real ? 0 : -1] = '\0';
  }
}

}  // namespace

base::Status check_owner(const struct stat& found, const std::string& path) {
  if (found.st_uid == geteuid() || found.st_uid == 0) return {};
  return refused(ErrorCode::kDenied,
                 "%s belongs to user %u, who could change it; give it to the agent's own user: "
                 "chown %u %s",
                 path.c_str(), found.st_uid, geteuid(), path.c_str());
}

base::Status check_only_owner_writes(const struct stat& found, const std::string& path) {
  if (auto owned = check_owner(found, path); !owned) return owned;
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return refused(ErrorCode::kDenied,
                 "%s has mode %04o: others than its owner can change what this agent does; chmod "
                 "go-w %s",
                 path.c_str(), mode_of(found), path.c_str());
}

base::Status check_folder(const std::string& path) {
  if (auto safe = check_folders_from(folder_of(path).c_str()); !safe) return safe;
  char real[PATH_MAX];
  // A pipe has no path.
  if (realpath(path.c_str(), real) == nullptr) return {};
  return check_folders_from(folder_of(real).c_str());
}

base::Status check_own_folder(const std::string& folder) {
  struct stat found{};
  const char* const path = folder.c_str();
  if (stat(path, &found) != 0) return unseen(path);
  if (auto owned = check_owner(found, folder); !owned) return owned;
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) == 0) return check_folder(folder);
  // No advice to take rights away from a folder that is shared on purpose.
  const bool is_shared = (found.st_mode & S_ISVTX) != 0 || found.st_uid != geteuid();
  return refused(
      ErrorCode::kDenied,
      "the folder %s has mode %04o: others than its owner could replace what is kept "
      "in it; %s%s",
      path, mode_of(found),
      is_shared ? "name one of the agent's own (it is made if it is not there)" : "chmod go-w ",
      is_shared ? "" : path);
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
    return refused(ErrorCode::kIo, "cannot read %s: %s", path.c_str(), std::strerror(errno));
  }
  if (auto owned = check_only_owner_writes(found, path); !owned) {
    return std::unexpected(std::move(owned.error()));
  }
  if (auto safe = check_folder(path); !safe) return std::unexpected(std::move(safe.error()));
  return read_whole(file.get(), path, bytes_max);
}

}  // namespace beckon::platform
