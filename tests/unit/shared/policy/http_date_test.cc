#include "shared/policy/http_date.h"

#include <doctest/doctest.h>

using namespace gateway::policy;

namespace {
constexpr std::int64_t kNow = 1'767'323'045;  // 2026-01-02 03:04:05 UTC
}

TEST_CASE("the three forms of a date name the same time") {
  constexpr std::int64_t kThen = 784'111'777;
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow) == kThen);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow) == kThen);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", kNow) == kThen);
  CHECK(format_http_date(kThen) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(parse_http_date("Wed Nov 16 08:49:37 1994", kNow) == kThen + 10 * 86400);
}

TEST_CASE("a year of two digits is within 50 years") {
  CHECK(parse_http_date("Friday, 01-Jan-27 00:00:00 GMT", kNow) == 1'798'761'600);
  CHECK(parse_http_date("Friday, 01-Jan-77 00:00:00 GMT", kNow) == 220'924'800);  // 1977
}

TEST_CASE("the longest day and what is past it") {
  CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT", kNow));
  CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", kNow) == 1'483'228'800);
  CHECK_FALSE(parse_http_date("Wed, 29 Feb 2023 23:59:59 GMT", kNow));
  CHECK_FALSE(parse_http_date("Thu, 29 Feb 2024 24:00:00 GMT", kNow));
  CHECK_FALSE(parse_http_date("Thu, 29 Feb 2024 23:60:00 GMT", kNow));
  CHECK_FALSE(parse_http_date("Thu, 29 Feb 2024 23:59:61 GMT", kNow));
  CHECK_FALSE(parse_http_date("Wed, 31 Dec 1969 23:59:59 GMT", kNow));
}

TEST_CASE("what is no date") {
  for (const char* text : {"", "0", "-1", "now", "Sun", "Sun, ", "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun Nov", "Sun Nov  "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text, kNow));
  }
}
