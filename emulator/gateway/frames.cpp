// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/frames.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/base/assert.h"
#include "common/base/bytes.h"

namespace beckon::emulator {
namespace {

constexpr FrameViolation kFine{};
constexpr FrameViolation kProtocolError{1002, "Protocol error"};
constexpr FrameViolation kNotText{1003, "Binary is not supported"};
constexpr FrameViolation kNotUtf8{1007, "Text is not UTF-8"};
constexpr FrameViolation kFrameTooLarge{1009, "Frame exceeds 32 KB"};
constexpr FrameViolation kMessageTooLarge{1009, "Message exceeds 128 KB"};

constexpr int kNoStatus = 1005;
constexpr std::size_t kCloseReasonBytesMax = 123;

std::uint64_t header_bytes(const wslay_frame_iocb& frame) {
  const std::uint64_t length_bytes =
      frame.payload_length < 126 ? 0 : (frame.payload_length < 65536 ? 2 : 8);
  return 2 + length_bytes + (frame.mask != 0 ? 4 : 0);
}

// Codes that may stand in a close frame.
bool is_sendable_code(int code) {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

ssize_t append_bytes(const std::uint8_t* data, std::size_t size, int, void* out) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), size);
  return static_cast<ssize_t>(size);
}

// Writes frames with a context of its own: a context that has written a whole frame keeps nothing.
class FrameWriter {
 public:
  explicit FrameWriter(std::string& out) {
    const wslay_frame_callbacks callbacks{append_bytes, nullptr, nullptr};
    BECKON_ASSERT(wslay_frame_context_init(&context_, &callbacks, &out) == 0);
  }
  ~FrameWriter() { wslay_frame_context_free(context_); }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  void write(std::uint8_t opcode, bool fin, std::string_view payload) {
    wslay_frame_iocb frame{};
    frame.fin = fin ? 1 : 0;
    frame.opcode = opcode;
    frame.payload_length = payload.size();
    frame.data = reinterpret_cast<const std::uint8_t*>(payload.data());
    frame.data_length = payload.size();
    const ssize_t written = wslay_frame_send(context_, &frame);
    BECKON_ASSERT(written == static_cast<ssize_t>(payload.size()));
  }

 private:
  wslay_frame_context_ptr context_ = nullptr;
};

}  // namespace

struct FrameReader::Frame : wslay_frame_iocb {};

FrameReader::~FrameReader() {
  if (context_ != nullptr) wslay_frame_context_free(context_);
}

ssize_t FrameReader::give_input(std::uint8_t* buffer, std::size_t size, int, void* self) {
  auto* reader = static_cast<FrameReader*>(self);
  const std::size_t count = std::min(size, reader->input_.size());
  if (count == 0) return -1;
  std::memcpy(buffer, reader->input_.data(), count);
  reader->input_.remove_prefix(count);
  reader->given_bytes_ += count;
  return static_cast<ssize_t>(count);
}

FrameViolation FrameReader::feed(std::string_view bytes, Observer& observer) {
  if (stopped_) return kFine;
  if (context_ == nullptr) {
    const wslay_frame_callbacks callbacks{nullptr, give_input, nullptr};
    BECKON_ASSERT(wslay_frame_context_init(&context_, &callbacks, this) == 0);
  }
  std::string joined = std::exchange(waiting_, {});
  paused_ = false;
  if (!joined.empty()) bytes = joined.append(bytes);
  input_ = bytes;
  FrameViolation violation;
  while (!stopped_ && !paused_ && violation.code == 0) {
    Frame frame{};
    const ssize_t got = wslay_frame_recv(context_, &frame);
    if (got == WSLAY_ERR_WANT_READ) break;
    if (got < 0) {
      violation = kProtocolError;
      break;
    }
    if (!std::exchange(in_frame_, true)) {
      frame_offset_ = 0;
      violation = check_start(frame);
      if (violation.code != 0) break;
    }
    const bool control = wslay_is_ctrl_frame(frame.opcode) != 0;
    (control ? control_ : message_)
        .append(reinterpret_cast<const char*>(frame.data), frame.data_length);
    frame_offset_ += frame.data_length;
    if (frame_offset_ == frame.payload_length) {
      in_frame_ = false;
      finished_bytes_ += header_bytes(frame) + frame.payload_length;
      violation = finish_frame(frame, observer);
    }
  }
  if (violation.code != 0) stopped_ = true;
  if (paused_ && !stopped_) waiting_ = input_;
  input_ = {};
  release_if_idle();
  return violation;
}

FrameViolation FrameReader::check_start(const Frame& frame) const {
  if (frame.rsv != 0 || frame.mask == 0) return kProtocolError;
  if (wslay_is_ctrl_frame(frame.opcode) != 0) {
    return frame.opcode <= WSLAY_PONG ? kFine : kProtocolError;
  }
  if (frame.opcode > WSLAY_BINARY_FRAME) return kProtocolError;
  if ((frame.opcode == WSLAY_CONTINUATION_FRAME) != in_message_) return kProtocolError;
  if (frame.opcode == WSLAY_BINARY_FRAME) return kNotText;
  if (frame.payload_length > kFrameBytesMax) return kFrameTooLarge;
  if (message_.size() + frame.payload_length > kMessageBytesMax) return kMessageTooLarge;
  return kFine;
}

FrameViolation FrameReader::finish_frame(const Frame& frame, Observer& observer) {
  if (wslay_is_ctrl_frame(frame.opcode) != 0) return finish_control(frame.opcode, observer);
  in_message_ = frame.fin == 0;
  if (in_message_) return kFine;
  std::string message = std::exchange(message_, {});
  if (!base::is_utf8(message)) return kNotUtf8;
  stopped_ = !observer.on_text(std::move(message));
  return kFine;
}

FrameViolation FrameReader::finish_control(std::uint8_t opcode, Observer& observer) {
  const std::string payload = std::exchange(control_, {});
  if (opcode == WSLAY_PING) stopped_ = !observer.on_ping(payload);
  if (opcode != WSLAY_CONNECTION_CLOSE) return kFine;
  if (payload.empty()) {
    stopped_ = !observer.on_close(kNoStatus, {});
    return kFine;
  }
  if (payload.size() == 1) return kProtocolError;
  const int code =
      static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  const std::string_view reason = std::string_view(payload).substr(2);
  if (!is_sendable_code(code)) return kProtocolError;
  if (!base::is_utf8(reason)) return kNotUtf8;
  stopped_ = !observer.on_close(code, reason);
  return kFine;
}

// Between frames and with nothing of the next one in wslay's buffer, the context knows nothing.
void FrameReader::release_if_idle() {
  if (!stopped_ && given_bytes_ != finished_bytes_) return;
  wslay_frame_context_free(std::exchange(context_, nullptr));
  given_bytes_ = finished_bytes_ = 0;
}

void append_text_frames(std::string& out, std::string_view message) {
  out.reserve(out.size() + message.size() + 16);
  FrameWriter writer(out);
  std::uint8_t opcode = WSLAY_TEXT_FRAME;
  while (message.size() > kFrameBytesMax) {
    writer.write(opcode, false, message.substr(0, kFrameBytesMax));
    message.remove_prefix(kFrameBytesMax);
    opcode = WSLAY_CONTINUATION_FRAME;
  }
  writer.write(opcode, true, message);
}

void append_close_frame(std::string& out, int code, std::string_view reason) {
  std::string payload;
  if (code != kNoStatus) {
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xff);
    payload += reason.substr(0, kCloseReasonBytesMax);
  }
  FrameWriter(out).write(WSLAY_CONNECTION_CLOSE, true, payload);
}

void append_pong_frame(std::string& out, std::string_view payload) {
  FrameWriter(out).write(WSLAY_PONG, true, payload);
}

}  // namespace beckon::emulator
