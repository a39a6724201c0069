// SPDX-License-Identifier: Apache-2.0
// The socket of a client on this machine.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "common/base/assert.h"

namespace beckon::tests {

// Connected to this port of 127.0.0.1; the caller's to close.
inline int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  BECKON_ASSERT(fd >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  // libFuzzer's watch on the time is a signal, which interrupts.
  while (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    BECKON_ASSERT(errno == EINTR);
  }
  return fd;
}

}  // namespace beckon::tests
