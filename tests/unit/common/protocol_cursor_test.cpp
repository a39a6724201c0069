// SPDX-License-Identifier: Apache-2.0
#include "common/protocol/cursor.h"

#include <gtest/gtest.h>

namespace beckon::protocol {
namespace {

// P-1, P-2
TEST(Cursor, TextBothWays) {
  for (const char* text : {"k3f9:41", "a:0", "0123456789abcdef:9007199254740991"}) {
    const auto cursor = parse_cursor(text);
    ASSERT_TRUE(cursor) << text;
    EXPECT_EQ(to_string(*cursor), text);
    EXPECT_EQ(CursorText(*cursor).view(), text);
  }
}

// P-1, P-2
TEST(Cursor, AnythingElseIsRefused) {
  for (const char* text :
       {"", ":", "k3f9", "k3f9:", ":41", "K3F9:41", "k-9:1", "k3f9:041", "k3f9:-1", "k3f9:1 ",
        "k3f9:1:2", "0123456789abcdefg:1", "k3f9:9007199254740992", "k3f9:1e3"}) {
    EXPECT_FALSE(parse_cursor(text)) << text;
  }
}

}  // namespace
}  // namespace beckon::protocol
