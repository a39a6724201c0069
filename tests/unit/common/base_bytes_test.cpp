// SPDX-License-Identifier: Apache-2.0
#include "common/base/bytes.h"

#include <gtest/gtest.h>

#include <set>

namespace beckon::base {
namespace {

// RFC 4648 section 10 gives these.
TEST(Bytes, Base64OfTheRfcVectorsBothWays) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64(plain), encoded);
    EXPECT_EQ(base64_decode(encoded).value(), plain);
  }
}

TEST(Bytes, Base64urlUsesItsOwnAlphabetAndNoPadding) {
  EXPECT_EQ(base64url("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url_decode("-__-").value(), "\xfb\xff\xfe");
  EXPECT_EQ(base64url_decode("Zg").value(), "f");
}

TEST(Bytes, Base64ThatIsNotCanonicalIsRefused) {
  for (const char* text : {"Zg=", "Zg", "Zh==", "Z===", "Zm9 ", "Z=9v", "Zm9v=", "-_=="}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
  for (const char* text : {"Zh", "Z", "Zg==", "+/"}) EXPECT_FALSE(base64url_decode(text)) << text;
}

TEST(Bytes, PercentEncodingKeepsTheUnreservedAndCanKeepSlashes) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b c=%\xc3\xa9"), "a%2Fb%20c%3D%25%C3%A9");
  EXPECT_EQ(percent_encode("a/b", true), "a/b");
}

TEST(Bytes, PercentDecodingKeepsWhatIsNotAnEscape) {
  EXPECT_EQ(percent_decode("a%3Db%zz%4"), "a=b%zz%4");
  EXPECT_EQ(percent_decode("a+b%20c"), "a+b c");
  EXPECT_EQ(percent_decode("a+b", true), "a b");
}

TEST(Bytes, NumbersAreTheWholeTextOrAnError) {
  EXPECT_EQ(parse_int64("-9223372036854775808").value(), INT64_MIN);
  EXPECT_EQ(parse_uint64("18446744073709551615").value(), UINT64_MAX);
  for (const char* text : {"", " 1", "1 ", "+1", "1.0", "0x10", "9223372036854775808", "-"}) {
    EXPECT_FALSE(parse_int64(text)) << text;
  }
  EXPECT_FALSE(parse_uint64("-1"));
}

TEST(Bytes, Utf8RefusesOverlongSurrogatesAndStrays) {
  EXPECT_TRUE(is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x94"));
  const char* const bad[] = {"\x80",
                             "\xc3",
                             "\xc0\xaf",
                             "\xe0\x80\xaf",
                             "\xed\xa0\x80",
                             "\xf0\x80\x80\x80",
                             "\xf4\x90\x80\x80",
                             "\xff",
                             "\xc3\x28"};
  for (const char* text : bad) EXPECT_FALSE(is_utf8(text)) << hex_lower(text);
  EXPECT_EQ(utf8_prefix_bytes("ab\xff"
                              "c"),
            2u);
}

TEST(Bytes, ControlCharactersAreThoseOfBothTables) {
  for (const char* text :
       {"\x01", "a\n", "\x1f", "\x7f", "\xc2\x80", "a\xc2\x9f", "\xc3\xa9\xc2\x9b"}) {
    EXPECT_TRUE(has_control(text)) << hex_lower(text);
  }
  EXPECT_TRUE(has_control(std::string_view("a\0", 2)));
  for (const char* text : {"", " ~", "\xc2\xa0", "\xc3\x9b", "\xe2\x82\xac", "\xf0\x9f\x94\x94"}) {
    EXPECT_FALSE(has_control(text)) << hex_lower(text);
  }
}

TEST(Bytes, RandomBytesDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::uint8_t bytes[16] = {};
    random_bytes(bytes);
    seen.insert(std::string(reinterpret_cast<const char*>(bytes), sizeof bytes));
  }
  EXPECT_EQ(seen.size(), 100u);
}

}  // namespace
}  // namespace beckon::base
