// SPDX-License-Identifier: Apache-2.0
#include "common/base/time.h"

#include <gtest/gtest.h>

namespace beckon::base {
namespace {

TEST(Time, Rfc3339BothWays) {
  const std::pair<std::int64_t, const char*> cases[] = {
      {0, "1970-01-01T00:00:00.000Z"},
      {1772619072103, "2026-03-04T10:11:12.103Z"},
      {951782400000, "2000-02-29T00:00:00.000Z"},
      {4102444799999, "2099-12-31T23:59:59.999Z"}};
  for (const auto& [unix_ms, text] : cases) {
    EXPECT_EQ(format_rfc3339(WallTime{unix_ms}, true), text);
    EXPECT_EQ(parse_rfc3339(text).value().unix_ms, unix_ms);
  }
  EXPECT_EQ(format_rfc3339(WallTime{1772619072999}), "2026-03-04T10:11:12Z");
}

TEST(Time, Rfc3339TakesOffsetsAndLongFractions) {
  EXPECT_EQ(parse_rfc3339("2026-03-04T11:11:12+01:00").value().unix_ms, 1772619072000);
  EXPECT_EQ(parse_rfc3339("2026-03-04T05:41:12-04:30").value().unix_ms, 1772619072000);
  EXPECT_EQ(parse_rfc3339("2026-03-04T10:11:12.123456789Z").value().unix_ms, 1772619072123);
}

TEST(Time, WhatIsNoTimeIsRefused) {
  for (const char* text :
       {"", "2026-03-04", "2026-03-04T10:11:12", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-03-04T24:00:00Z", "2026-03-04T10:11:12.Z", "2026-03-04 10:11:12Z",
        "2026-03-04T10:11:12+0100", "x026-03-04T10:11:12Z", "2026-03-04T10:11:12Zx"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Time, DurationsAreSumsOfUnits) {
  EXPECT_EQ(parse_duration("1500ms").value().count(), 1500);
  EXPECT_EQ(parse_duration("30s").value().count(), 30'000);
  EXPECT_EQ(parse_duration("1h30m").value().count(), 5'400'000);
  EXPECT_EQ(parse_duration("7d").value().count(), 604'800'000);
  EXPECT_EQ(parse_duration("0s").value().count(), 0);
}

TEST(Time, WhatIsNoDurationIsRefusedWithWhatWasExpected) {
  for (const char* text : {"", "1", "s", "-1s", "1.5s", "1 s", "1w", "99999999999999999999s",
                           "9223372036854775807d"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_NE(duration.error().message.find("1h30m"), std::string::npos);
  }
}

TEST(Time, TheMonotonicClockDoesNotGoBack) {
  Instant last = monotonic_now();
  for (int i = 0; i < 1000; ++i) {
    const Instant now = monotonic_now();
    ASSERT_GE(now, last);
    last = now;
  }
}

}  // namespace
}  // namespace beckon::base
