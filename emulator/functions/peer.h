// SPDX-License-Identifier: Apache-2.0
// Which process is at the other end of a connection on this machine. An address on loopback keeps
// no other program out, and the Runtime API has no credentials: this is how a function's process is
// told from every other client.
#pragma once

#include <sys/types.h>

#include <string>

#include "common/base/error.h"

namespace beckon::emulator {

// Who is asked. Kernels without NETLINK_SOCK_DIAG (gVisor's, some containers') have the same as
// text, which costs more the more connections there are.
struct PeerSources {
  bool netlink = true;
  std::string tables = "/proc/net";  // the folder of "tcp" and "tcp6"
};

// True if a process of this process group (its id is its leader's) holds the other end of the
// connected IPv4 socket fd. False also if nobody holds it any more, or if the kernel does not say.
// Cheap for the leader itself (its descriptors are looked at); for its children all of /proc is.
bool is_peer_in_group(int fd, pid_t group, const PeerSources& sources = {});

// Whether the above can work on this machine: it is tried with a connection to ourselves. Where it
// cannot, every function would be refused. kUnavailable, with what to do; kIo: no connection.
base::Status check_peers_are_known(const PeerSources& sources = {});

}  // namespace beckon::emulator
