// SPDX-License-Identifier: Apache-2.0
// Whether other users of this machine could change what a file says: nobody but the agent's own
// user and root may be able to. Who may read it is its reader's concern.
#pragma once

#include <sys/stat.h>

#include <string>

#include "common/base/error.h"

namespace beckon::platform {

// The file as fstat() found it; path is for the message. kDenied: neither this user nor root owns
// it.
base::Status check_owner(const struct stat& found, const std::string& path);

// The same, and that nobody but the owner can write it. kDenied, with the command that mends it.
base::Status check_only_owner_writes(const struct stat& found, const std::string& path);

// The folder of this path, and of the file that a symbolic link leads to, and those above them.
// kDenied: everybody can write in one of them and it is not sticky, so that anybody could put
// another file in this one's place; or neither this user nor root owns the first. kIo: one cannot
// be looked at.
base::Status check_folder(const std::string& path);

// A folder in which this agent alone keeps what it must believe later: nobody else can put, take or
// rename a file there. Sticky is not enough: in /tmp anybody can be first with a name. kDenied,
// kIo.
base::Status check_own_folder(const std::string& folder);

// "/a/b" is in "/a", "b" in ".".
std::string folder_of(const std::string& path);

// A file that decides what this agent does: read whole, after both checks.
// Errors: theirs, kIo, kLimit (larger than bytes_max).
base::Result<std::string> read_trusted_file(const std::string& path, std::size_t bytes_max);

}  // namespace beckon::platform
