// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <gtest/gtest.h>

namespace beckon::cli {
namespace {

TEST(TableText, ColumnsAlignAndEmptyCellsAreDashes) {
  Table table({"USER", "DEVICE"});
  table.add({"Bob", "laptop"});
  table.add({"Alexandra", ""});
  EXPECT_EQ(table.render(0),
            "USER       DEVICE\n"
            "Bob        laptop\n"
            "Alexandra  -\n");
}

TEST(TableText, TheLastColumnIsCutToTheWidthOfTheTerminal) {
  Table table({"A", "TEXT"});
  table.add({"x", "abcdefghijklmnop"});
  EXPECT_EQ(table.render(13), "A  TEXT\nx  abcdefghi…\n");
}

TEST(TableText, LettersOutsideAsciiTakeOneColumn) {
  Table table({"A", "B"});
  table.add({"Zoë", "x"});
  table.add({"Anna", "y"});
  EXPECT_EQ(table.render(0), "A     B\nZoë   x\nAnna  y\n");
}

TEST(TableText, WhatADeviceSentCannotForgeALine) {
  Table table({"A"});
  table.add({"x\nBob\x1b[31m"});
  EXPECT_EQ(table.render(0).find("x\nBob"), std::string::npos);
  EXPECT_EQ(table.render(0).find('\x1b'), std::string::npos);
}

TEST(TableText, NorCanTheNameOfADeviceInTheHeader) {
  EXPECT_EQ(Table({"DEVICE", "a\x1B[2J"}).render(0), "DEVICE  a\\x1b[2J\n");
}

TEST(RelativeTime, ThePastTheFutureAndNever) {
  EXPECT_EQ(relative_time(0, 1000), "");
  EXPECT_EQ(relative_time(1'000, 4'000), "3 s ago");
  EXPECT_EQ(relative_time(1'000, 1'000 + 300'000), "5 min ago");
  EXPECT_EQ(relative_time(1'000, 1'000 + 7'200'000), "2 h ago");
  EXPECT_EQ(relative_time(1'000, 1'000 + 4LL * 86'400'000), "4 d ago");
  EXPECT_EQ(relative_time(60'000, 1'000), "in 59 s");
  EXPECT_EQ(relative_time(1'000 + 7LL * 86'400'000, 2'000), "in 7 d")
      << "not 6: one second is gone";
}

TEST(Counted, OneIsSingular) {
  EXPECT_EQ(counted(1, "event"), "1 event");
  EXPECT_EQ(counted(0, "device"), "0 devices");
}

}  // namespace
}  // namespace beckon::cli
