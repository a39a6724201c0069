// SPDX-License-Identifier: Apache-2.0
// The pages of programs and libraries that are mapped once they were used. A start and a handshake
// use many of them that an agent which waits for events does not need again.
#pragma once

namespace beckon::platform {

// Unmaps what is mapped of files' code and constants, of every library; what is used again is
// mapped again, from the page cache if it is still there. Of what can be written nothing is
// touched.
void release_code_pages();

}  // namespace beckon::platform
