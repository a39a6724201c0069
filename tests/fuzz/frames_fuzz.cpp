// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a WebSocket client sends, in whatever pieces, messages stay within the gateway's
// limits, a violation has a close code, and the pieces make no difference.
//
// Input: a byte for the size of the pieces, then the stream.
#include <cstdint>
#include <string>

#include "common/base/assert.h"
#include "emulator/gateway/frames.h"

namespace {

using namespace beckon::emulator;

class Recorder final : public FrameReader::Observer {
 public:
  bool on_text(std::string message) override {
    BECKON_ASSERT(message.size() <= kMessageBytesMax);
    seen += "text " + message + "\n";
    return true;
  }
  bool on_ping(std::string_view payload) override {
    BECKON_ASSERT(payload.size() <= 125);
    seen += "ping\n";
    return true;
  }
  bool on_close(int code, std::string_view) override {
    BECKON_ASSERT(code >= 1000 && code < 5000);
    seen += "close " + std::to_string(code) + "\n";
    return false;
  }

  std::string seen;
};

std::string read_in_pieces(std::string_view stream, std::size_t piece_bytes) {
  FrameReader reader;
  Recorder recorder;
  while (!stream.empty()) {
    const std::string_view piece = stream.substr(0, piece_bytes);
    stream.remove_prefix(piece.size());
    const FrameViolation violation = reader.feed(piece, recorder);
    if (violation.code != 0) {
      BECKON_ASSERT(violation.code >= 1000 && violation.code < 5000);
      return recorder.seen + "violation " + std::to_string(violation.code);
    }
  }
  return recorder.seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = read_in_pieces(stream, stream.size() + 1);
  BECKON_ASSERT(read_in_pieces(stream, std::size_t{data[0]} + 1) == whole);
  return 0;
}
