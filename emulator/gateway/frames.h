// SPDX-License-Identifier: Apache-2.0
// WebSocket frames (RFC 6455) over wslay's frame layer: assembling a client's messages within API
// Gateway's limits, and writing ours. wslay's context takes 4 kB, so it is there only while a frame
// is incomplete; an idle connection has none.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

struct wslay_frame_context;

namespace beckon::emulator {

inline constexpr std::size_t kFrameBytesMax = 32 * 1024;
inline constexpr std::size_t kMessageBytesMax = 128 * 1024;

// What a client did wrong: the code and reason it is closed with.
struct FrameViolation {
  int code = 0;  // 0: nothing wrong
  std::string_view reason;
};

class FrameReader {
 public:
  // Called while bytes are fed. Returning false stops the reader: the rest is dropped.
  class Observer {
   public:
    virtual bool on_text(std::string message) = 0;
    virtual bool on_ping(std::string_view payload) = 0;
    // code 1005: the close frame was empty.
    virtual bool on_close(int code, std::string_view reason) = 0;

   protected:
    ~Observer() = default;
  };

  FrameReader() = default;
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // After a violation, or when the observer has stopped it, the reader takes no more.
  FrameViolation feed(std::string_view bytes, Observer& observer);

  // From inside a call of the observer: what is behind this frame waits for the next feed().
  void pause() { paused_ = true; }
  bool is_paused() const { return paused_; }

 private:
  struct Frame;

  static ssize_t give_input(std::uint8_t* buffer, std::size_t size, int flags, void* self);
  FrameViolation check_start(const Frame& frame) const;
  FrameViolation finish_frame(const Frame& frame, Observer& observer);
  FrameViolation finish_control(std::uint8_t opcode, Observer& observer);
  void release_if_idle();

  wslay_frame_context* context_ = nullptr;
  std::string_view input_;
  std::string waiting_;               // behind the frame after which it was paused
  std::uint64_t given_bytes_ = 0;     // handed to wslay since it was between frames
  std::uint64_t finished_bytes_ = 0;  // of them, in complete frames
  std::uint64_t frame_offset_ = 0;    // payload bytes of the current frame so far
  std::string message_;
  std::string control_;
  bool in_frame_ = false;
  bool in_message_ = false;
  bool stopped_ = false;
  bool paused_ = false;
};

// Appends a text message, in frames of at most 32 KB each.
void append_text_frames(std::string& out, std::string_view message);
void append_close_frame(std::string& out, int code, std::string_view reason);
void append_pong_frame(std::string& out, std::string_view payload);

}  // namespace beckon::emulator
