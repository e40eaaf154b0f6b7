#include "gatewayctl/time_argument.h"

#include <doctest/doctest.h>

using gateway::ctl::parse_moment_argument;
using gateway::ctl::parse_time_argument;

TEST_CASE("a time is a span back from now or a date") {
  constexpr gateway::UnixMicros kNow = 1'767'323'045'000'000;  // 2026-01-02 03:04:05 UTC
  constexpr gateway::UnixMicros kHour = 3'600'000'000;
  CHECK(parse_time_argument("24h", kNow) == kNow - 24 * kHour);
  CHECK(parse_time_argument("30d", kNow) == kNow - 30 * 24 * kHour);
  CHECK(parse_time_argument("90s", kNow) == kNow - 90'000'000);
  CHECK(parse_time_argument("2026-01-02 03:04", kNow) == kNow - 5'000'000);
  CHECK(parse_time_argument("2026-01-02T03:04:05Z", kNow) == kNow);
  CHECK(parse_time_argument("2026-01-02T04:04:05+01:00", kNow) == kNow);
  CHECK(parse_time_argument("1000000d", kNow) == 0);
  for (const char* text : {"", "yesterday", "24", "h", "-1h", "24h ago", "2026-01-32"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time_argument(text, kNow).has_value());
  }
}

TEST_CASE("a moment may also be a time of day, the last one there was") {
  constexpr gateway::UnixMicros kNow = 1'767'323'045'000'000;  // 2026-01-02 03:04:05 UTC
  constexpr gateway::UnixMicros kDay = 86'400'000'000;
  CHECK(parse_moment_argument("03:04", kNow) == kNow - 5'000'000);
  CHECK(parse_moment_argument("03:04:05", kNow) == kNow);
  CHECK(parse_moment_argument("03:05", kNow) == kNow + 55'000'000 - kDay);
  CHECK(parse_moment_argument("2h", kNow) == kNow - 7'200'000'000);
  CHECK(parse_moment_argument("2026-01-02 03:04", kNow) == kNow - 5'000'000);
  for (const char* text : {"", "3:04", "25:00", "03:60", "03:04:", "noon", "03:04Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_moment_argument(text, kNow).has_value());
  }
}
