// SPDX-License-Identifier: Apache-2.0
#include "emulator/gateway/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace beckon::emulator {
namespace {

using ::testing::ElementsAre;

class Recorder final : public FrameReader::Observer {
 public:
  bool on_text(std::string message) override {
    seen.push_back("text " + message);
    return go_on;
  }
  bool on_ping(std::string_view payload) override {
    seen.push_back("ping " + std::string(payload));
    return go_on;
  }
  bool on_close(int code, std::string_view reason) override {
    seen.push_back("close " + std::to_string(code) + " " + std::string(reason));
    return false;
  }
  std::vector<std::string> seen;
  bool go_on = true;
};

// A masked frame, as clients send it.
std::string frame(int first_byte, std::string_view payload) {
  std::string bytes(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    bytes += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    bytes += static_cast<char>(0x80 | 126);
    bytes += static_cast<char>(payload.size() >> 8);
    bytes += static_cast<char>(payload.size() & 0xff);
  } else {
    bytes += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes += static_cast<char>(payload.size() >> shift & 0xff);
  }
  bytes += std::string("\x01\x02\x03\x04");
  for (std::size_t i = 0; i < payload.size(); ++i) {
    bytes += static_cast<char>(payload[i] ^ static_cast<char>(i % 4 + 1));
  }
  return bytes;
}

int violation_of(const std::string& bytes) {
  FrameReader reader;
  Recorder recorder;
  return reader.feed(bytes, recorder).code;
}

TEST(FrameReader, MessagesArriveHoweverTheBytesAreCut) {
  const std::string bytes = frame(0x81, "hello") + frame(0x01, "frag") + frame(0x89, "p") +
                            frame(0x80, "mented") + frame(0x81, "") +
                            frame(0x81, std::string(300, 'x')) +
                            frame(0x88,
                                  "\x03\xe8"
                                  "bye");
  for (const std::size_t step : {bytes.size(), std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    FrameReader reader;
    Recorder recorder;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      ASSERT_EQ(reader.feed(bytes.substr(at, step), recorder).code, 0);
    }
    EXPECT_THAT(recorder.seen, ElementsAre("text hello", "ping p", "text fragmented", "text ",
                                           "text " + std::string(300, 'x'), "close 1000 bye"))
        << "in steps of " << step;
  }
}

// P-30
TEST(FrameReader, FramesOf32KBAndMessagesOf128KBPassAndOneByteMoreIs1009) {
  EXPECT_EQ(violation_of(frame(0x81, std::string(kFrameBytesMax, 'a'))), 0);
  EXPECT_EQ(violation_of(frame(0x81, std::string(kFrameBytesMax + 1, 'a'))), 1009);
  std::string message = frame(0x01, std::string(kFrameBytesMax, 'a'));
  for (int i = 0; i < 3; ++i) message += frame(0x00, std::string(kFrameBytesMax, 'a'));
  EXPECT_EQ(violation_of(message + frame(0x80, "")), 0);
  EXPECT_EQ(violation_of(message + frame(0x80, "b")), 1009);
}

TEST(FrameReader, ATooLargeFrameIsRefusedByItsHeaderAndFirstByte) {
  EXPECT_EQ(violation_of(frame(0x81, std::string(100'000, 'a')).substr(0, 15)), 1009);
}

TEST(FrameReader, WhatTheProtocolForbidsIs1002) {
  EXPECT_EQ(violation_of(frame(0xC1, "rsv1")), 1002);
  EXPECT_EQ(violation_of(frame(0x83, "reserved opcode")), 1002);
  EXPECT_EQ(violation_of(frame(0x8B, "reserved control")), 1002);
  EXPECT_EQ(violation_of(frame(0x09, "fragmented ping")), 1002);
  EXPECT_EQ(violation_of(frame(0x89, std::string(126, 'p'))), 1002);
  EXPECT_EQ(violation_of(frame(0x80, "continues nothing")), 1002);
  EXPECT_EQ(violation_of(frame(0x01, "a") + frame(0x81, "b")), 1002);
  EXPECT_EQ(violation_of("\x81\x02{}"), 1002);  // not masked
  EXPECT_EQ(violation_of(frame(0x88, "\x03")), 1002);
  EXPECT_EQ(violation_of(frame(0x88, "\x03\xed")), 1002);  // 1005 may not be sent
}

TEST(FrameReader, BinaryIs1003AndWhatIsNotUtf8Is1007) {
  EXPECT_EQ(violation_of(frame(0x82, "binary")), 1003);
  EXPECT_EQ(violation_of(frame(0x81, "\xff\xfe")), 1007);
  EXPECT_EQ(violation_of(frame(0x88, "\x03\xe8\xff")), 1007);
  // A character cut in two by fragmentation is well-formed text.
  EXPECT_EQ(violation_of(frame(0x01, "\xc3") + frame(0x80, "\xa4")), 0);
}

TEST(FrameReader, AnEmptyCloseIs1005AndNothingIsReadBehindAClose) {
  FrameReader reader;
  Recorder recorder;
  EXPECT_EQ(reader.feed(frame(0x88, "") + frame(0x81, "late"), recorder).code, 0);
  EXPECT_THAT(recorder.seen, ElementsAre("close 1005 "));
}

TEST(FrameReader, AnObserverThatStopsGetsNothingMore) {
  FrameReader reader;
  Recorder recorder;
  recorder.go_on = false;
  reader.feed(frame(0x81, "1") + frame(0x81, "2"), recorder);
  EXPECT_THAT(recorder.seen, ElementsAre("text 1"));
}

// Pauses after each message.
class PausingRecorder final : public FrameReader::Observer {
 public:
  explicit PausingRecorder(FrameReader& reader) : reader_(reader) {}
  bool on_text(std::string message) override {
    seen.push_back(std::move(message));
    reader_.pause();
    return true;
  }
  bool on_ping(std::string_view) override { return true; }
  bool on_close(int, std::string_view) override { return false; }
  std::vector<std::string> seen;

 private:
  FrameReader& reader_;
};

TEST(FrameReader, APauseHoldsEverythingBehindTheFrameAndLosesNothing) {
  for (const std::size_t message_bytes : {std::size_t{1}, std::size_t{3000}, std::size_t{32768}}) {
    FrameReader reader;
    PausingRecorder recorder(reader);
    constexpr std::size_t kMessages = 20;
    std::string bytes;
    for (std::size_t i = 0; i < kMessages; ++i) {
      bytes += frame(0x81, std::string(message_bytes, static_cast<char>('a' + i)));
    }
    EXPECT_EQ(reader.feed(bytes.substr(0, bytes.size() - 1), recorder).code, 0);
    EXPECT_EQ(recorder.seen.size(), 1U);
    for (std::size_t fed = 2; fed < kMessages; ++fed) {
      EXPECT_TRUE(reader.is_paused());
      reader.feed({}, recorder);
      ASSERT_EQ(recorder.seen.size(), fed);
    }
    reader.feed({}, recorder);
    EXPECT_FALSE(reader.is_paused()) << "the last one is not complete";
    reader.feed(bytes.substr(bytes.size() - 1), recorder);
    ASSERT_EQ(recorder.seen.size(), kMessages);
    for (std::size_t i = 0; i < kMessages; ++i) {
      EXPECT_EQ(recorder.seen[i], std::string(message_bytes, static_cast<char>('a' + i)));
    }
  }
}

TEST(FrameWriting, MessagesAreCutInto32KBFrames) {
  std::string out;
  append_text_frames(out, "hi");
  EXPECT_EQ(out, std::string("\x81\x02hi"));
  out.clear();
  append_text_frames(out, "");
  EXPECT_EQ(out, std::string("\x81\x00", 2));
  out.clear();
  append_text_frames(out, std::string(kFrameBytesMax, 'a'));
  EXPECT_EQ(out.substr(0, 4), std::string("\x81\x7e\x80\x00", 4));
  out.clear();
  append_text_frames(out, std::string(2 * kFrameBytesMax + 1, 'a'));
  EXPECT_EQ(out.substr(0, 4), std::string("\x01\x7e\x80\x00", 4));
  EXPECT_EQ(out.substr(4 + kFrameBytesMax, 4), std::string("\x00\x7e\x80\x00", 4));
  EXPECT_EQ(out.substr(8 + 2 * kFrameBytesMax), std::string("\x80\x01"
                                                            "a"));
}

TEST(FrameWriting, CloseFramesCarryCodeAndReason) {
  std::string out;
  append_close_frame(out, 1001, "Going away");
  EXPECT_EQ(out, std::string("\x88\x0c\x03\xe9Going away"));
  out.clear();
  append_close_frame(out, 1005, "");
  EXPECT_EQ(out, std::string("\x88\x00", 2));
}

}  // namespace
}  // namespace beckon::emulator
