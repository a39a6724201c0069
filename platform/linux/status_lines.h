// SPDX-License-Identifier: Apache-2.0
// The lines of --verbose-lines: what happens to the connection, one object of JSON each, without
// the line's end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/session_types.h"
#include "common/base/time.h"

namespace beckon::platform {

// {"type":"online","time":…}; with "reason" where there is one.
std::string state_line(agent::State state, std::string_view reason, base::WallTime time);

// {"type":"lost","count":…}
std::string lost_line(std::uint64_t count);

// {"type":"reset","cursor":…}
std::string reset_line(const protocol::Cursor& start);

// {"type":"claim","code":…}
std::string claim_line(std::string_view code);

}  // namespace beckon::platform
