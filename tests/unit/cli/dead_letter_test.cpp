// SPDX-License-Identifier: Apache-2.0
#include "cli/dead_letter.h"

#include <gtest/gtest.h>

#include "common/json/writer.h"

namespace beckon::cli {
namespace {

constexpr const char* kEvent =
    R"({"version":"0","id":"e-1","detail-type":"door","detail":{"target":{"user":"Bob"}}})";

DeadLetter read(std::string_view body, std::string_view attributes) {
  json::Writer writer;
  writer.begin_object().member("MessageId", "m").member("Body", body);
  writer.key("Attributes").raw(R"({"SentTimestamp":"1800000000123"})");
  writer.key("MessageAttributes").raw(attributes);
  const auto message = json::parse(writer.end_object().take());
  EXPECT_TRUE(message);
  return dead_letter(message->root());
}

TEST(DeadLetterText, ARecordOfAFailedInvocationNamesTheFunctionsError) {
  const DeadLetter letter = read(
      std::string(R"({"version":"1.0","requestContext":{"condition":"RetriesExhausted"},)") +
          R"("requestPayload":)" + kEvent +
          R"(,"responsePayload":{"errorType":"Function.Invalid","errorMessage":"NoTarget: …"}})",
      "{}");
  EXPECT_EQ(letter.event_id, "e-1");
  EXPECT_EQ(letter.name, "door");
  EXPECT_EQ(letter.user, "Bob");
  EXPECT_EQ(letter.error_code, "Function.Invalid");
  EXPECT_EQ(letter.error_message, "NoTarget: …");
  EXPECT_EQ(letter.sent_ms, 1'800'000'000'123);
}

TEST(DeadLetterText, ARecordWithoutAnAnswerNamesTheCondition) {
  EXPECT_EQ(read(R"({"requestContext":{"condition":"EventAgeExceeded"},"requestPayload":{}})", "{}")
                .error_code,
            "EventAgeExceeded");
}

TEST(DeadLetterText, ABareEventHasItsErrorInTheAttributes) {
  const DeadLetter letter =
      read(kEvent, R"({"ERROR_CODE":{"StringValue":"NO_RESOURCE","DataType":"String"},
                       "ERROR_MESSAGE":{"StringValue":"gone","DataType":"String"}})");
  EXPECT_EQ(letter.event_id, "e-1");
  EXPECT_EQ(letter.error_code, "NO_RESOURCE");
  EXPECT_EQ(letter.error_message, "gone");
}

TEST(DeadLetterText, ATimeThatIsNoneIsNotKnown) {
  const auto message =
      json::parse(R"({"Body":"x","Attributes":{"SentTimestamp":"-9223372036854775808"}})");
  ASSERT_TRUE(message);
  EXPECT_EQ(dead_letter(message->root()).sent_ms, 0);
}

TEST(DeadLetterText, WhatIsNoJsonIsStillShown) {
  EXPECT_EQ(read("hello", "{}").body, "hello");
}

}  // namespace
}  // namespace beckon::cli
