// SPDX-License-Identifier: Apache-2.0
#include "common/base/time.h"

#include <cstdio>
#include <limits>

#include "common/base/bytes.h"

namespace beckon::base {
namespace {

using std::chrono::days;

// The number of `digits` decimal digits at text[at]; -1 if there are none.
int digits_at(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool in_range(int value, int low, int high) {
  return value >= low && value <= high;
}

// The offset behind the seconds ("Z", "+01:00") in minutes.
Result<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const int hours = digits_at(text, 1, 2);
  const int minutes = digits_at(text, 4, 2);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
      !in_range(hours, 0, 23) || !in_range(minutes, 0, 59)) {
    return fail(ErrorCode::kInvalid, "a time needs Z or ±hh:mm at its end");
  }
  return (text[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

std::int64_t unit_ms(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1000;
  if (unit == "m") return 60'000;
  if (unit == "h") return 3'600'000;
  if (unit == "d") return 86'400'000;
  return 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

std::string format_rfc3339(WallTime time, bool with_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds(time.unix_ms)};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  char text[48];
  const int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string out(text, static_cast<std::size_t>(length));
  if (with_ms) {
    const int n =
        std::snprintf(text, sizeof text, ".%03d", static_cast<int>(clock.subseconds().count()));
    out.append(text, static_cast<std::size_t>(n));
  }
  return out + "Z";
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto wrong = [&] {
    return fail(ErrorCode::kInvalid, "expected a time like 2026-11-21T07:00:00Z, got \"" +
                                         std::string(text.substr(0, 40)) + "\"");
  };
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  const int y = digits_at(text, 0, 4);
  const int m = digits_at(text, 5, 2);
  const int d = digits_at(text, 8, 2);
  if (y < 0 || m < 0 || d < 0 || text[4] != '-' || text[7] != '-' || !in_range(hour, 0, 23) ||
      !in_range(minute, 0, 59) || !in_range(second, 0, 60) ||
      (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') {
    return wrong();
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(m)),
                            day(static_cast<unsigned>(d))};
  if (!date.ok()) return wrong();
  std::size_t at = 19;
  std::int64_t fraction_ms = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10) {
      fraction_ms += (text[at] - '0') * scale;
    }
    if (at == first) return wrong();
  }
  const Result<int> offset_min = parse_offset(text.substr(at));
  if (!offset_min) return wrong();
  const auto at_midnight = sys_days(date).time_since_epoch();
  const auto total =
      at_midnight + hours(hour) + minutes(minute) + seconds(second) - minutes(*offset_min);
  return WallTime{duration_cast<milliseconds>(total).count() + fraction_ms};
}

Result<Duration> parse_duration(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::kInvalid,
                "expected a duration like 500ms, 30s, 8m, 1h30m or 7d, got \"" +
                    std::string(text.substr(0, 40)) + "\"");
  };
  if (text.empty()) return wrong();
  std::int64_t total_ms = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t number_at = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    const std::size_t unit_at = at;
    while (at < text.size() && !is_digit(text[at])) ++at;
    const Result<std::int64_t> count = parse_int64(text.substr(number_at, unit_at - number_at));
    const std::int64_t unit = unit_ms(text.substr(unit_at, at - unit_at));
    if (!count || unit == 0) return wrong();
    std::int64_t part_ms = 0;
    if (__builtin_mul_overflow(*count, unit, &part_ms) ||
        __builtin_add_overflow(total_ms, part_ms, &total_ms)) {
      return wrong();
    }
  }
  return Duration(total_ms);
}

}  // namespace beckon::base
