// SPDX-License-Identifier: Apache-2.0
#include "lambdas/runtime/json_log.h"

#include <gtest/gtest.h>

#include "common/base/time.h"
#include "common/json/json.h"

namespace beckon::lambdas {
namespace {

// A line is one JSON object with time, level, request id, module and message, whatever the text
// has.
TEST(JsonLog, WritesOneObjectALine) {
  JsonLog log(base::LogLevel::kInfo);
  log.set_request_id("id-1");
  ::testing::internal::CaptureStderr();
  log.write(base::LogLevel::kWarning, "deliver", "a\nforged \"line\"");
  const std::string text = ::testing::internal::GetCapturedStderr();
  ASSERT_EQ(text.find('\n'), text.size() - 1);
  const auto line = json::parse(std::string_view(text).substr(0, text.size() - 1));
  ASSERT_TRUE(line) << text;
  EXPECT_TRUE(base::parse_rfc3339((*line)["time"].string_or("")));
  EXPECT_EQ((*line)["level"].string_or(""), "WARN");
  EXPECT_EQ((*line)["requestId"].string_or(""), "id-1");
  EXPECT_EQ((*line)["module"].string_or(""), "deliver");
  EXPECT_EQ((*line)["message"].string_or(""), "a\nforged \"line\"");
}

// Outside an invocation there is no request id, and what is below the level is not written.
TEST(JsonLog, LeavesOutWhatIsNotThere) {
  JsonLog log(base::LogLevel::kInfo);
  ::testing::internal::CaptureStderr();
  log.write(base::LogLevel::kDebug, "m", "hidden");
  log.write(base::LogLevel::kError, "m", "shown");
  const std::string text = ::testing::internal::GetCapturedStderr();
  const auto line = json::parse(std::string_view(text).substr(0, text.size() - 1));
  ASSERT_TRUE(line) << text;
  EXPECT_EQ((*line)["level"].string_or(""), "ERROR");
  EXPECT_FALSE((*line)["requestId"].exists());
}

}  // namespace
}  // namespace beckon::lambdas
