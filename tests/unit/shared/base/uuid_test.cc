#include "shared/base/uuid.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace gateway {
namespace {

TEST_CASE("the example of RFC 9562, appendix A.6, reads and prints") {
  const auto uuid = parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  REQUIRE(uuid);
  CHECK(uuid->bytes[0] == 0x01);
  CHECK(uuid->bytes[15] == 0x8f);
  CHECK(to_string(*uuid) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST_CASE("formatting writes 36 characters and no more") {
  char text[kUuidTextSize + 1];
  text[kUuidTextSize] = '#';
  format_uuid(Uuid{}, text);
  CHECK(std::string_view(text, kUuidTextSize) == "00000000-0000-0000-0000-000000000000");
  CHECK(text[kUuidTextSize] == '#');
}

TEST_CASE("only the one form is read") {
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  CHECK(parse_uuid(good));
  CHECK_FALSE(parse_uuid(""));
  CHECK_FALSE(parse_uuid(good + "0"));
  CHECK_FALSE(parse_uuid(good.substr(1)));
  CHECK_FALSE(parse_uuid("{" + good.substr(0, 34) + "}"));
  CHECK_FALSE(parse_uuid("017f22e279b07cc398c4dc0c0c07398f"));
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = bad[at] == '-' ? '0' : 'g';
    CHECK_MESSAGE(!parse_uuid(bad), bad);
  }
}

TEST_CASE("a new one holds its time, version 7 and variant 10") {
  UuidSource source;
  const UnixMicros now = 1'645'557'742'000'999;
  for (int i = 0; i < 100; ++i) {
    const Uuid uuid = source.next(now);
    CHECK(to_string(uuid).substr(0, 15) == "017f22e2-79b0-7");
    CHECK((uuid.bytes[8] & 0xc0) == 0x80);
    CHECK(parse_uuid(to_string(uuid)) == uuid);
  }
}

TEST_CASE("many are all different, later ones sort after") {
  UuidSource source;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(to_string(source.next(1'000'000)));
  CHECK(seen.size() == 10'000);
  CHECK(*seen.rbegin() < to_string(source.next(1'001'000)));
}

TEST_CASE("two sources do not repeat each other") {
  UuidSource one;
  UuidSource two;
  CHECK(one.next(0) != two.next(0));
}

}  // namespace
}  // namespace gateway
