// SPDX-License-Identifier: Apache-2.0
// One WebSocket connection of the load generator: non-blocking, text frames only, no allocation per
// message once its buffers have grown. It does what a measurement needs and nothing more.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beckon::bench {

struct Target {
  sockaddr_in address{};
  std::string host;  // "127.0.0.1:3001"
  std::string path;  // "/dev"
};

// Reads "ws://127.0.0.1:3001/dev". Ends the program with a sentence if it is anything else.
Target parse_target(std::string_view url);

class Client {
 public:
  enum class State : std::uint8_t { kClosed, kConnecting, kHandshake, kOpen };

  // headers: lines "Name: value\r\n". Never blocks.
  void start(const Target& target, const std::string& headers);
  void close();

  // Queues one text message (at most 64 kB) and writes what the socket takes.
  void send(std::string_view message);

  // To be called when the socket is ready. Completed messages are in messages() until the next
  // call. Ends in kClosed when the other side closed or refused; refused_status() tells which.
  void on_ready(std::uint32_t epoll_events);

  State state() const { return state_; }
  int fd() const { return fd_; }
  bool wants_write() const { return state_ == State::kConnecting || !out_.empty(); }
  int refused_status() const { return refused_status_; }  // HTTP status, 0: not refused
  const std::vector<std::string>& messages() const { return messages_; }

 private:
  void flush();
  void read_all();
  void take_handshake();
  void take_frames();

  int fd_ = -1;
  State state_ = State::kClosed;
  int refused_status_ = 0;
  std::string in_;
  std::string out_;
  std::vector<std::string> messages_;
};

}  // namespace beckon::bench
