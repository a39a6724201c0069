// SPDX-License-Identifier: Apache-2.0
#include "emulator/tls/stream.h"

#include <sys/uio.h>

#include <array>

namespace beckon::emulator {

Stream::Stream(int fd, const std::shared_ptr<const TlsContext>& context) : fd_(fd) {
  if (context != nullptr) tls_ = std::make_unique<TlsSession>(context, fd);
}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  tls_ = std::move(other.tls_);
  return *this;
}

ssize_t Stream::write(std::string_view first, std::string_view second) {
  if (second.empty()) return write(first);
  // One record instead of two.
  if (tls_ != nullptr) return tls_->write(std::string(first).append(second));
  std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},
                              {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return sendmsg(fd_, &message, MSG_NOSIGNAL);
}

void Stream::end_output() {
  if (tls_ == nullptr) {
    shutdown(fd_, SHUT_WR);
  } else {
    tls_->end_output();
  }
}

void Stream::close() {
  tls_.reset();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

int Stream::release() {
  tls_.reset();
  return std::exchange(fd_, -1);
}

}  // namespace beckon::emulator
