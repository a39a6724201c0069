// SPDX-License-Identifier: Apache-2.0
#include "bench/load/client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/base/bytes.h"

namespace beckon::bench {
namespace {

constexpr std::string_view kMask = "\x5a\xc3\x96\x0f";

[[noreturn]] void die(const std::string& text) {
  fmt::print(stderr, "beckon-bench-load: {}\n", text);
  std::exit(2);
}

}  // namespace

Target parse_target(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  const std::size_t slash = url.find('/', kScheme.size());
  const std::size_t colon = url.find(':', kScheme.size());
  if (!url.starts_with(kScheme) || slash == std::string_view::npos || colon > slash) {
    die(fmt::format("expected a URL like ws://127.0.0.1:3001/dev, got '{}'", url));
  }
  Target target;
  target.host = url.substr(kScheme.size(), slash - kScheme.size());
  target.path = url.substr(slash);
  const std::string ip(url.substr(kScheme.size(), colon - kScheme.size()));
  const auto port = base::parse_uint64(url.substr(colon + 1, slash - colon - 1));
  target.address.sin_family = AF_INET;
  if (!port || *port > 65535 || inet_pton(AF_INET, ip.c_str(), &target.address.sin_addr) != 1 ||
      (ntohl(target.address.sin_addr.s_addr) >> 24) != 127) {
    die(fmt::format("the load goes to this machine only: expected ws://127.0.0.1:PORT/…, got '{}'",
                    url));
  }
  target.address.sin_port = htons(static_cast<std::uint16_t>(*port));
  return target;
}

void Client::start(const Target& target, const std::string& headers) {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) die(fmt::format("socket: {} (is 'ulimit -n' high enough?)", std::strerror(errno)));
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  refused_status_ = 0;
  in_.clear();
  out_ = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n{}\r\n",
      target.path, target.host, headers);
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
  if (connect(fd_, address, sizeof target.address) != 0 && errno != EINPROGRESS) {
    die(fmt::format("connect to {}: {}", target.host, std::strerror(errno)));
  }
  state_ = State::kConnecting;
}

void Client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  state_ = State::kClosed;
  out_.clear();
}

void Client::send(std::string_view message) {
  out_ += '\x81';
  if (message.size() < 126) {
    out_ += static_cast<char>(0x80 | message.size());
  } else {
    out_ += static_cast<char>(0x80 | 126);
    out_ += static_cast<char>(message.size() >> 8);
    out_ += static_cast<char>(message.size() & 0xff);
  }
  out_ += kMask;
  for (std::size_t i = 0; i < message.size(); ++i) {
    out_ += static_cast<char>(message[i] ^ kMask[i % 4]);
  }
  flush();
}

void Client::on_ready(std::uint32_t epoll_events) {
  messages_.clear();
  if (state_ == State::kConnecting && (epoll_events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return close();
    state_ = State::kHandshake;
  }
  flush();
  if (state_ != State::kClosed && (epoll_events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_all();
}

void Client::flush() {
  while (!out_.empty() && state_ != State::kConnecting && state_ != State::kClosed) {
    const ssize_t count = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0) {
      if (errno != EAGAIN) close();
      return;
    }
    out_.erase(0, static_cast<std::size_t>(count));
  }
}

void Client::read_all() {
  char buffer[16384];
  for (;;) {
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return close();
    in_.append(buffer, static_cast<std::size_t>(count));
    if (state_ == State::kHandshake) take_handshake();
    if (state_ == State::kOpen) take_frames();
    if (state_ == State::kClosed || static_cast<std::size_t>(count) < sizeof buffer) return;
  }
}

void Client::take_handshake() {
  const std::size_t end = in_.find("\r\n\r\n");
  if (end == std::string::npos || in_.size() < 12) return;
  const long status = std::strtol(in_.c_str() + 9, nullptr, 10);  // "HTTP/1.1 101 …"
  if (status != 101) {
    refused_status_ = static_cast<int>(status);
    return close();
  }
  in_.erase(0, end + 4);
  state_ = State::kOpen;
}

void Client::take_frames() {
  std::size_t at = 0;
  while (in_.size() - at >= 2) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in_[at + i]); };
    std::size_t length = byte(1) & 0x7fU;
    std::size_t header = 2;
    if (length == 126) {
      header = 4;
      if (in_.size() - at < header) break;
      length = static_cast<std::size_t>(byte(2)) << 8 | byte(3);
    } else if (length == 127) {
      return close();  // no answer that is measured is this long
    }
    if (in_.size() - at < header + length) break;
    if ((byte(0) & 0x0f) == 8) return close();
    if ((byte(0) & 0x0f) == 1) messages_.emplace_back(in_, at + header, length);
    at += header + length;
  }
  in_.erase(0, at);
  if (in_.empty()) in_.shrink_to_fit();  // 10,000 idle connections keep no buffers
}

}  // namespace beckon::bench
