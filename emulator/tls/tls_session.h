// SPDX-License-Identifier: Apache-2.0
// The TLS of one accepted socket, as recv and send see it. The handshake happens inside the first
// reads. Decides what plain HTTP on this port is answered; all limits of time are the caller's.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "emulator/tls/context.h"

namespace beckon::emulator {

class TlsSession {
 public:
  // fd: connected and non-blocking; stays the caller's.
  TlsSession(std::shared_ptr<const TlsContext> context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // As recv(2): 0 at the end, -1 with EAGAIN if there is nothing yet, -1 with another errno if TLS
  // or the socket has failed. Give room for a whole record (16 kB), or epoll will not tell of the
  // rest.
  ssize_t read(char* room, std::size_t size);
  // As send(2). What was taken is encrypted and on its way; at most one record of it waits here.
  ssize_t write(std::string_view bytes);

  // What is encrypted and the kernel did not take yet: wait for EPOLLOUT and flush().
  bool has_output() const { return !out_.empty(); }
  // False: the socket has failed.
  bool flush();
  // Says goodbye, and shuts the socket's writing half down once all is out.
  void end_output();

  bool is_established() const;
  // Why read() or write() has failed; "" if they have not.
  const std::string& failure() const { return failure_; }

 private:
  struct State;

  static int on_send(void* self, const unsigned char* bytes, std::size_t size);
  static int on_receive(void* self, unsigned char* room, std::size_t size);
  bool refuse_plain_http(char* room, std::size_t size);
  ssize_t fail(int error);

  std::shared_ptr<const TlsContext> context_;
  int fd_;
  std::unique_ptr<State> state_;
  std::string out_;
  std::string failure_;
  bool looked_ = false;  // at the first byte
  bool ending_ = false;
};

}  // namespace beckon::emulator
