// SPDX-License-Identifier: Apache-2.0
#include "tests/support/websocket_client.h"

#include <utility>

namespace beckon::tests {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

}  // namespace

int WebSocketFrame::close_code() const {
  if (payload.size() < 2) return 1005;
  return static_cast<int>(byte_at(payload, 0) << 8 | byte_at(payload, 1));
}

WebSocketClient::WebSocketClient(int port, Options options) : tcp_("127.0.0.1", port) {
  tcp_.send("GET " + options.target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
            "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
            options.headers + "\r\n");
}

const HttpReply& WebSocketClient::reply() {
  if (!reply_) reply_ = read_reply(tcp_);
  return *reply_;
}

bool WebSocketClient::send_frame(int first_byte, std::string_view payload, bool masked) {
  std::string frame(1, static_cast<char>(first_byte));
  const int mask_bit = masked ? 0x80 : 0;
  if (payload.size() < 126) {
    frame += static_cast<char>(mask_bit | static_cast<int>(payload.size()));
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(mask_bit | 126);
    for (int shift = 8; shift >= 0; shift -= 8) {
      frame += static_cast<char>(payload.size() >> shift & 0xff);
    }
  } else {
    frame += static_cast<char>(mask_bit | 127);
    for (int shift = 56; shift >= 0; shift -= 8) {
      frame += static_cast<char>(payload.size() >> shift & 0xff);
    }
  }
  if (!masked) return tcp_.send(frame.append(payload));
  constexpr std::string_view kMask = "\x11\x22\x33\x44";
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  }
  return tcp_.send(frame);
}

bool WebSocketClient::send_close(int code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return send_frame(0x80 | kClose, payload.append(reason));
}

WebSocketFrame WebSocketClient::receive_frame() {
  if (!reply_) reply();
  WebSocketFrame frame;
  const std::string head = tcp_.receive(2);
  if (head.size() < 2) return frame;
  std::size_t size = byte_at(head, 1) & 0x7f;
  if (size >= 126) {
    const std::string length = tcp_.receive(size == 126 ? 2 : 8);
    size = 0;
    for (std::size_t i = 0; i < length.size(); ++i) size = size << 8 | byte_at(length, i);
  }
  frame.fin = (byte_at(head, 0) & 0x80) != 0;
  frame.opcode = static_cast<int>(byte_at(head, 0) & 0x7f);  // with RSV bits, which must be 0
  frame.payload = tcp_.receive(size);
  return frame;
}

std::string WebSocketClient::receive() {
  std::string message;
  while (true) {
    WebSocketFrame frame = receive_frame();
    if (frame.opcode == -1) return "end";
    if (frame.opcode == kClose) {
      const std::string reason = frame.payload.size() > 2 ? frame.payload.substr(2) : "";
      return "close " + std::to_string(frame.close_code()) + " " + reason;
    }
    if (frame.opcode == kPong) return "pong " + frame.payload;
    message += frame.payload;
    if (frame.fin) return message;
  }
}

}  // namespace beckon::tests
