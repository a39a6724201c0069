// SPDX-License-Identifier: Apache-2.0
// The folder of --data: made for its owner alone, since tables hold what people send each other.
#pragma once

#include <string>

#include "common/base/error.h"

namespace beckon::emulator {

// Makes the folder, and those above it, with mode 0700. One that is there keeps its mode. kIo.
base::Status make_data_folder(const std::string& path);

}  // namespace beckon::emulator
