// SPDX-License-Identifier: Apache-2.0
#include "cli/operator_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json/json.h"
#include "common/protocol/limits.h"

namespace beckon::cli {
namespace {

using testing::HasSubstr;

OperatorEvent for_bob(std::string data = "{}") {
  OperatorEvent event;
  event.user = "Bob";
  event.data = std::move(data);
  return event;
}

std::string error_of(const OperatorEvent& event) {
  const auto detail = detail_of(event);
  return detail ? "no error: " + *detail : detail.error().message;
}

TEST(MessageData, TheMessageIsTheMemberText) {
  EXPECT_EQ(message_data("hey \"bob\""), R"({"text":"hey \"bob\""})");
}

TEST(DetailOf, DataStandsBesideTheTarget) {
  const auto detail = detail_of(for_bob(R"({"text":"hey bob","n":1.5,"deep":{"a":[1,null]}})"));
  ASSERT_TRUE(detail) << detail.error().message;
  EXPECT_EQ(*detail, R"({"target":{"user":"Bob"},"text":"hey bob","n":1.5,"deep":{"a":[1,null]}})");
}

TEST(DetailOf, DevicesTtlAndCollapseAreSaid) {
  OperatorEvent event = for_bob();
  event.devices = {"Laptop", "iPad"};
  event.ttl_s = 3600;
  event.collapse = "door";
  EXPECT_EQ(
      detail_of(event).value_or(""),
      R"({"target":{"user":"Bob","devices":["Laptop","iPad"]},"ttl_s":3600,"collapse":"door"})");
}

TEST(DetailOf, DataThatIsNoObjectIsRefusedWithWhatCame) {
  EXPECT_THAT(error_of(for_bob("[1]")), HasSubstr("it is of type array"));
  EXPECT_THAT(error_of(for_bob("{\"a\":}")), HasSubstr("--data must be a JSON object"));
}

// P-4
TEST(DetailOf, AWholeNumberThatADoubleWouldChangeIsRefusedByName) {
  for (const char* number : {"9007199254740992", "9007199254740993", "12345678901234567890"}) {
    for (const char* form : {R"({"n":%})", R"({"n":-%})", R"({"a":"x\"","b":[1,{"c":%}]})"}) {
      std::string data = form;
      data.replace(data.find('%'), 1, number);
      EXPECT_THAT(error_of(for_bob(data)),
                  HasSubstr("send it as a string: \"" + std::string(number)));
    }
  }
}

TEST(DetailOf, ANumberThatArrivesAsItIsIsTaken) {
  const std::string data =
      R"("n":9007199254740991,"m":-9007199254740991,"s":"12345678901234567890","\"9007199254740993":1e+30)";
  EXPECT_EQ(detail_of(for_bob("{" + data + "}")).value_or(""),
            R"({"target":{"user":"Bob"},)" + data + "}");
}

TEST(DetailOf, DeliveryMembersInDataAreRefusedByName) {
  EXPECT_THAT(error_of(for_bob(R"({"target":1})")), HasSubstr("'target'"));
  EXPECT_THAT(error_of(for_bob(R"({"ttl_s":1})")), HasSubstr("'ttl_s'"));
  EXPECT_THAT(error_of(for_bob(R"({"collapse":"x"})")), HasSubstr("'collapse'"));
}

// P-31
TEST(DetailOf, AnEventThatNoFrameHoldsIsRefusedAndTheLimitIsNamed) {
  const auto detail = detail_of(for_bob(message_data(std::string(28 * 1024, 'x'))));
  ASSERT_FALSE(detail);
  EXPECT_EQ(detail.error().code, base::ErrorCode::kLimit);
  EXPECT_THAT(detail.error().message, HasSubstr("28672"));
}

// P-31
TEST(DetailOf, AnEventJustBelowTheLimitPasses) {
  EXPECT_TRUE(detail_of(for_bob(message_data(std::string(28 * 1024 - 300, 'x')))));
}

TEST(DetailOf, EscapedTextCountsAsItIsSent) {
  // A line feed is one byte here and two on the wire.
  EXPECT_FALSE(detail_of(for_bob(message_data(std::string(15 * 1024, '\n')))));
}

// P-32
TEST(DetailOf, NamesAreCheckedForLengthEncodingAndControlCharacters) {
  OperatorEvent event = for_bob();
  event.user = "";
  EXPECT_THAT(error_of(event), HasSubstr("USER must not be empty"));
  event.user = std::string(129, 'b');
  EXPECT_THAT(error_of(event), HasSubstr("at most 128 bytes, it has 129"));
  event.user = "\xff";
  EXPECT_THAT(error_of(event), HasSubstr("UTF-8"));
  for (const char* user : {"Bob\n", "Bob\x7f", "Bob\xc2\x9b[31m"}) {
    event.user = user;
    EXPECT_THAT(error_of(event), HasSubstr("control characters"));
  }
  event.user = "Bob";
  event.name = std::string(129, 'n');
  EXPECT_THAT(error_of(event), HasSubstr("--name"));
  event.name = "message";
  event.devices = {""};
  EXPECT_THAT(error_of(event), HasSubstr("--device"));
}

// P-4
TEST(DetailOf, DataNestedDeeperThanADeviceReadsIsRefused) {
  const auto nested = [](int depth) {
    std::string text = "1";
    for (int i = 0; i < depth; ++i) text = "{\"a\":" + text + "}";
    return text;
  };
  EXPECT_TRUE(detail_of(for_bob(nested(kDataDepthMax))));
  EXPECT_FALSE(detail_of(for_bob(nested(kDataDepthMax + 1))));
}

// P-32
TEST(DetailOf, TtlIsBoundedOnBothSides) {
  OperatorEvent event = for_bob();
  event.ttl_s = 0;
  EXPECT_THAT(error_of(event), HasSubstr("--ttl must be from 1s to 366d"));
  event.ttl_s = protocol::kEventTtlMax_s;
  EXPECT_TRUE(detail_of(event));
  event.ttl_s = protocol::kEventTtlMax_s + 1;
  EXPECT_THAT(error_of(event), HasSubstr("--ttl"));
}

TEST(DetailOf, MoreDevicesThanTheBackendTakesAreRefused) {
  OperatorEvent event = for_bob();
  event.devices.assign(101, "d");
  EXPECT_THAT(error_of(event), HasSubstr("at most 100"));
}

}  // namespace
}  // namespace beckon::cli
