// SPDX-License-Identifier: Apache-2.0
#include "common/json/writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace beckon::json {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  Writer writer;
  writer.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .integer(1)
      .begin_object()
      .end_object();
  writer.null()
      .end_array()
      .member("c", "x")
      .key("d")
      .raw("{\"r\":1}")
      .member("e", true)
      .end_object();
  EXPECT_EQ(writer.take(), R"({"a":1,"b":[1,{},null],"c":"x","d":{"r":1},"e":true})");
  EXPECT_EQ(writer.text(), "");
}

TEST(JsonWriter, EscapesWhatJsonMustAndReplacesWhatIsNotUtf8) {
  std::string out;
  constexpr char kText[] = "q\" b\\ n\n t\t z\0 e\x1b \xc3\xa9 bad\xff.";
  append_quoted(out, std::string_view(kText, sizeof kText - 1));
  EXPECT_EQ(out, "\"q\\\" b\\\\ n\\n t\\t z\\u0000 e\\u001b \xc3\xa9 bad\xEF\xBF\xBD.\"");
}

TEST(JsonWriter, NumbersReadBackTheSame) {
  Writer writer;
  writer.begin_array().number(0.1).number(1e300).integer(std::numeric_limits<std::int64_t>::min());
  writer.number(std::numeric_limits<double>::infinity()).end_array();
  EXPECT_EQ(writer.take(), "[0.1,1e+300,-9223372036854775808,null]");
}

}  // namespace
}  // namespace beckon::json
