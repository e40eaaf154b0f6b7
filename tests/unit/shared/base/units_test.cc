#include "shared/base/units.h"

#include <doctest/doctest.h>

#include <limits>

namespace gateway {
namespace {

TEST_CASE("durations") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("30s") == 30s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("24h") == 24h);
  CHECK(parse_duration("30d") == 720h);
  CHECK(parse_duration("0s") == 0ms);
}

TEST_CASE("sizes") {
  CHECK(parse_size("512B") == 512u);
  CHECK(parse_size("32KiB") == 32u * 1024);
  CHECK(parse_size("10MiB") == 10u << 20);
  CHECK(parse_size("10GiB") == 10ull << 30);
  CHECK(parse_size("1TiB") == 1ull << 40);
  CHECK(parse_size("0B") == 0u);
}

TEST_CASE("anything but a whole number and one unit is refused") {
  for (const char* text : {"", "s", "5", "-5s", "+5s", " 5s", "5 s", "5s ", "5S", "1.5s", "5sec",
                           "1h30m", "0x5s", "5us", "5w"}) {
    CHECK_MESSAGE(!parse_duration(text), text);
  }
  for (const char* text : {"", "B", "5", "-5B", "5 KiB", "5KB", "5K", "5kib", "1.5MiB", "5KiB5"}) {
    CHECK_MESSAGE(!parse_size(text), text);
  }
}

TEST_CASE("the largest that fits, and one more") {
  CHECK(parse_duration("9223372036854775807ms") ==
        milliseconds(std::numeric_limits<std::int64_t>::max()));
  CHECK_FALSE(parse_duration("9223372036854775808ms"));
  CHECK(parse_duration("106751991167d"));
  CHECK_FALSE(parse_duration("106751991168d"));
  CHECK(parse_size("9223372036854775807B") == 9223372036854775807u);
  CHECK_FALSE(parse_size("9223372036854775808B"));
  CHECK_FALSE(parse_size("8388608TiB"));
  CHECK_FALSE(parse_size("99999999999999999999B"));
}

TEST_CASE("the shortest form reads back as the same value") {
  CHECK(format_duration(0ms) == "0ms");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(120s) == "2m");
  CHECK(format_duration(48h) == "2d");
  CHECK(format_size(0) == "0B");
  CHECK(format_size(1000) == "1000B");
  CHECK(format_size(32 * 1024) == "32KiB");
  CHECK(format_size(1ull << 40) == "1TiB");
  for (const std::int64_t ms : {1, 999, 1000, 60'000, 61'000, 3'600'000, 86'400'000, 90'000'000}) {
    CHECK(parse_duration(format_duration(milliseconds(ms))) == milliseconds(ms));
  }
  for (const std::uint64_t bytes : {1ull, 1023ull, 1024ull, 1536ull, 1ull << 20, 3ull << 30}) {
    CHECK(parse_size(format_size(bytes)) == bytes);
  }
}

}  // namespace
}  // namespace gateway
