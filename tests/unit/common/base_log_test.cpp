// SPDX-License-Identifier: Apache-2.0
#include "common/base/log.h"

#include <gtest/gtest.h>

#include <vector>

namespace beckon::base {
namespace {

class RecordingLog final : public LogSink {
 public:
  void write(LogLevel level, std::string_view module, std::string_view text) override {
    lines.push_back(std::string(to_string(level)) + "|" + std::string(module) + "|" +
                    std::string(text));
  }
  bool enabled(LogLevel level) const override { return level >= LogLevel::kInfo; }
  std::vector<std::string> lines;
};

TEST(Log, WritesFormattedLinesOfEnabledLevelsOnly) {
  RecordingLog sink;
  const Logger log(sink, "session");
  log.debug("hidden %d", 1);
  log.info("attempt %d of %s", 3, "many");
  log.error("refused");
  EXPECT_EQ(sink.lines,
            (std::vector<std::string>{"info|session|attempt 3 of many", "error|session|refused"}));
}

TEST(Log, ALineOfAnyLengthIsCutNotOverrun) {
  RecordingLog sink;
  Logger(sink, "m").warning("%s", std::string(100'000, 'x').c_str());
  ASSERT_EQ(sink.lines.size(), 1u);
  EXPECT_LT(sink.lines[0].size(), 3000u);
}

TEST(Log, ControlCharactersCannotForgeALine) {
  EXPECT_EQ(escape_control("a\nb\tc\r\x1b[31m\x7f"), "a\\nb\\tc\\r\\x1b[31m\\x7f");
  EXPECT_EQ(escape_control("\xc3\xa9"), "\xc3\xa9");
}

// A terminal takes U+009B for the beginning of a command, and a byte that is no UTF-8 for anything.
TEST(Log, WhatATerminalMayObeyOrATextReaderRefuseIsEscaped) {
  EXPECT_EQ(escape_control("a\xc2\x9b"
                           "31m\xc2\xa0"),
            "a\\xc2\\x9b31m\xc2\xa0");
  EXPECT_EQ(escape_control("a\x9b\xc3\xa9\xff"), "a\\x9b\xc3\xa9\\xff");
  EXPECT_EQ(escape_control("\xc2"), "\\xc2");
}

}  // namespace
}  // namespace beckon::base
