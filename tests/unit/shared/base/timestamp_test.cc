#include "shared/base/timestamp.h"

#include <doctest/doctest.h>

using gateway::format_rfc3339;
using gateway::parse_rfc3339;

TEST_CASE("times are written as RFC 3339 in UTC") {
  CHECK(format_rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(format_rfc3339(1'767'323'045'000'000) == "2026-01-02T03:04:05Z");
  CHECK(format_rfc3339(1'767'323'045'000'042) == "2026-01-02T03:04:05.000042Z");
}

TEST_CASE("what is written is read back") {
  for (const gateway::UnixMicros time :
       {0LL, 1LL, 1'767'323'045'123'456LL, 951'782'400'000'000LL}) {
    CHECK(parse_rfc3339(format_rfc3339(time)) == time);
  }
}

TEST_CASE("times are read with an offset, or as UTC without one") {
  constexpr gateway::UnixMicros kTime = 1'767'323'040'000'000;  // 2026-01-02 03:04 UTC
  CHECK(parse_rfc3339("2026-01-02T03:04:00Z") == kTime);
  CHECK(parse_rfc3339("2026-01-02t03:04:00z") == kTime);
  CHECK(parse_rfc3339("2026-01-02 03:04") == kTime);
  CHECK(parse_rfc3339("2026-01-02T05:34:00+02:30") == kTime);
  CHECK(parse_rfc3339("2026-01-01T22:04:00-05:00") == kTime);
  CHECK(parse_rfc3339("2026-01-02T03:04:00.5Z") == kTime + 500'000);
  CHECK(parse_rfc3339("2026-01-02T03:04:00.123456789Z") == kTime + 123'456);
  CHECK(parse_rfc3339("2026-01-02") == kTime - (3 * 60 + 4) * 60'000'000LL);
  CHECK(parse_rfc3339("2024-02-29").has_value());
}

TEST_CASE("what is no time is refused") {
  for (const char* text :
       {"", "now", "2026", "2026-1-2", "2026-13-01", "2026-02-29", "2026-00-10", "1969-12-31",
        "2026-01-02T", "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:61Z",
        "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05.1234567890Z", "2026-01-02T03:04:05+2:00",
        "2026-01-02T03:04:05Zx", "2026-01-02x", "2026-01-02T03", " 2026-01-02"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}
