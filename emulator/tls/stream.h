// SPDX-License-Identifier: Apache-2.0
// An accepted socket with an owner, plain or under TLS: read, write and end as recv(2), send(2) and
// shutdown(2). A plain one costs nothing beside these calls.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "emulator/tls/tls_session.h"

namespace beckon::emulator {

class Stream {
 public:
  Stream() = default;
  // Takes fd over. context: nullptr for plain text.
  explicit Stream(int fd, const std::shared_ptr<const TlsContext>& context = nullptr);
  Stream(Stream&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), tls_(std::move(other.tls_)) {}
  Stream& operator=(Stream&& other) noexcept;
  ~Stream() { close(); }

  int fd() const { return fd_; }
  bool is_valid() const { return fd_ >= 0; }

  ssize_t read(char* room, std::size_t size) {
    return tls_ == nullptr ? ::recv(fd_, room, size, 0) : tls_->read(room, size);
  }
  ssize_t write(std::string_view bytes) {
    return tls_ == nullptr ? ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                           : tls_->write(bytes);
  }
  // Both parts, the one behind the other, without copying them where it can be helped.
  ssize_t write(std::string_view first, std::string_view second);

  // See TlsSession; a plain stream keeps nothing back and is established from the start.
  bool has_output() const { return tls_ != nullptr && tls_->has_output(); }
  bool flush() { return tls_ == nullptr || tls_->flush(); }
  bool is_established() const { return tls_ == nullptr || tls_->is_established(); }
  std::string_view failure() const {
    return tls_ == nullptr ? std::string_view() : std::string_view(tls_->failure());
  }

  // Nothing more will be written.
  void end_output();
  void close();
  // The descriptor is the caller's from now on, and what was encrypted is lost.
  int release();

 private:
  int fd_ = -1;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace beckon::emulator
