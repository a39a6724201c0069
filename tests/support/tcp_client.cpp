// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tcp_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace beckon::tests {

TcpClient::TcpClient(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close();
}

TcpClient::~TcpClient() {
  close();
}

TcpClient::TcpClient(TcpClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      timed_out_(other.timed_out_),
      buffer_(std::move(other.buffer_)) {}

bool TcpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TcpClient::fill() {
  pollfd waiting{fd_, POLLIN, 0};
  if (poll(&waiting, 1, static_cast<int>(kPatience.count())) <= 0) {
    timed_out_ = true;
    return false;
  }
  std::array<char, 65536> chunk;
  const ssize_t got = recv(fd_, chunk.data(), chunk.size(), 0);
  if (got <= 0) return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string TcpClient::receive(std::size_t bytes) {
  while (buffer_.size() < bytes && fill()) {
  }
  std::string result = buffer_.substr(0, bytes);
  buffer_.erase(0, result.size());
  return result;
}

std::string TcpClient::receive_until(std::string_view delimiter) {
  std::size_t at = buffer_.find(delimiter);
  while (at == std::string::npos && fill()) at = buffer_.find(delimiter);
  return receive(at == std::string::npos ? buffer_.size() : at + delimiter.size());
}

std::string TcpClient::receive_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool TcpClient::is_silent(base::Duration time) {
  if (!buffer_.empty()) return false;
  pollfd waiting{fd_, POLLIN, 0};
  return poll(&waiting, 1, static_cast<int>(time.count())) == 0;
}

void TcpClient::shutdown_sending() {
  shutdown(fd_, SHUT_WR);
}

void TcpClient::reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void TcpClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace beckon::tests
