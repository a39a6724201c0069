// SPDX-License-Identifier: Apache-2.0
// Reading a small file whole.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/error.h"

namespace beckon::platform {

// Errors: kIo ("cannot read PATH: …"), kLimit (it is larger than bytes_max).
base::Result<std::string> read_file(const std::string& path, std::size_t bytes_max);
// The rest of an open file; path is for the message.
base::Result<std::string> read_whole(int fd, const std::string& path, std::size_t bytes_max);

}  // namespace beckon::platform
