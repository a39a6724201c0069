// SPDX-License-Identifier: Apache-2.0
// A WebSocket client for tests that can also misbehave: frames are made byte by byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/http_client.h"
#include "tests/support/tcp_client.h"

namespace beckon::tests {

inline constexpr int kText = 1;
inline constexpr int kBinary = 2;
inline constexpr int kClose = 8;
inline constexpr int kPing = 9;
inline constexpr int kPong = 10;

struct WebSocketFrame {
  bool fin = false;
  int opcode = -1;  // -1: the connection has ended
  std::string payload;
  // Of a close frame; 1005 if it is empty.
  int close_code() const;
};

class WebSocketClient {
 public:
  struct Options {
    std::string target = "/dev";
    std::string headers;  // more header lines, each with its line end
  };

  // Connects and sends the upgrade request.
  WebSocketClient(int port, Options options);
  explicit WebSocketClient(int port) : WebSocketClient(port, Options{}) {}

  // The response to the upgrade request; read once, then remembered.
  const HttpReply& reply();
  bool is_open() { return reply().status == 101; }

  bool send_text(std::string_view text) { return send_frame(0x80 | kText, text); }
  // first_byte: FIN, RSV and opcode.
  bool send_frame(int first_byte, std::string_view payload, bool masked = true);
  bool send_close(int code, std::string_view reason = {});

  WebSocketFrame receive_frame();
  // The next message, assembled; a close frame's "close <code> <reason>"; "end" at the end.
  std::string receive();

  TcpClient& tcp() { return tcp_; }

 private:
  TcpClient tcp_;
  std::optional<HttpReply> reply_;
};

}  // namespace beckon::tests
