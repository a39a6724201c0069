// SPDX-License-Identifier: Apache-2.0
// Which process is at the other end of a connection on this machine. An address on loopback keeps
// no other program out, and the Runtime API has no credentials: this is how a function's process is
// told from every other client.
#pragma once

#include <sys/types.h>

namespace beckon::emulator {

// True if a process of this process group (its id is its leader's) holds the other end of the
// connected IPv4 socket fd. False also if nobody holds it any more, or if the kernel does not say.
// Cheap for the leader itself (its descriptors are looked at); for its children all of /proc is.
bool is_peer_in_group(int fd, pid_t group);

}  // namespace beckon::emulator
