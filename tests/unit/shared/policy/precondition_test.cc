#include "shared/policy/precondition.h"

#include <doctest/doctest.h>

#include "fields_of.h"
#include "shared/policy/byte_range.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

constexpr std::int64_t kNow = 1'767'323'045;
constexpr const char* kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr Validators kBoth{"\"a,b\"", kDate};

bool has_it(std::string_view name, std::string_view value, const Validators& answer = kBoth) {
  return is_not_modified(fields_of({{name, value}}), answer, kNow);
}

ByteRange range(std::string_view value, std::uint64_t size = 100) {
  return choose_range(fields_of({{"Range", value}}), kBoth, size);
}

}  // namespace

TEST_CASE("If-None-Match compares weakly, and commas may stand in a tag") {
  CHECK(has_it("If-None-Match", "\"a,b\""));
  CHECK(has_it("If-None-Match", "W/\"a,b\""));
  CHECK(has_it("If-None-Match", "\"x\" , W/\"y\",\"a,b\""));
  CHECK(has_it("If-None-Match", "*"));
  CHECK_FALSE(has_it("If-None-Match", "\"a\""));
  CHECK_FALSE(has_it("If-None-Match", "a,b"));
  CHECK_FALSE(has_it("If-None-Match", "\"a,b"));
  CHECK_FALSE(has_it("If-None-Match", "\"a,b\"", {"", kDate}));
  CHECK(has_it("If-None-Match", "\"a,b\"", {"W/\"a,b\"", ""}));
}

TEST_CASE("If-Modified-Since counts where If-None-Match is not") {
  CHECK(has_it("If-Modified-Since", kDate));
  CHECK(has_it("If-Modified-Since", "Sun, 06 Nov 1994 08:49:38 GMT"));
  CHECK_FALSE(has_it("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"));
  CHECK_FALSE(has_it("If-Modified-Since", "yesterday"));
  CHECK_FALSE(has_it("If-Modified-Since", kDate, {"\"a\"", ""}));
  CHECK_FALSE(is_not_modified(fields_of({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kDate}}),
                              kBoth, kNow));
}

TEST_CASE("conditions that are the service's own to judge") {
  CHECK(asks_for_origin(fields_of({{"If-Match", "*"}})));
  CHECK(asks_for_origin(fields_of({{"If-Unmodified-Since", kDate}})));
  CHECK_FALSE(asks_for_origin(fields_of({{"If-None-Match", "*"}})));
}

TEST_CASE("one range is served, at its bounds and past them") {
  using Kind = ByteRange::Kind;
  const auto is = [](const ByteRange& got, std::uint64_t first, std::uint64_t last) {
    return got.kind == Kind::part && got.first == first && got.last == last;
  };
  CHECK(is(range("bytes=0-0"), 0, 0));
  CHECK(is(range("bytes=99-99"), 99, 99));
  CHECK(is(range("Bytes=10-"), 10, 99));
  CHECK(is(range("bytes=10-1000"), 10, 99));
  CHECK(is(range("bytes=-1"), 99, 99));
  CHECK(is(range("bytes=-100"), 0, 99));
  CHECK(is(range("bytes=-101"), 0, 99));
  CHECK(is(range("bytes=5-99999999999999999999999"), 5, 99));
  CHECK(range("bytes=100-").kind == Kind::unsatisfiable);
  CHECK(range("bytes=99999999999999999999999-").kind == Kind::unsatisfiable);
  CHECK(range("bytes=-0").kind == Kind::unsatisfiable);
  CHECK(range("bytes=-5", 0).kind == Kind::unsatisfiable);
  for (const char* whole : {"bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6",
                            "lines=0-1", "bytes 0-1", "bytes=+1-2", "bytes=1-2-3"}) {
    CAPTURE(whole);
    CHECK(range(whole).kind == Kind::whole);
  }
}

TEST_CASE("If-Range holds for the very same answer alone") {
  using Kind = ByteRange::Kind;
  const auto with = [](std::string_view value, const Validators& answer) {
    return choose_range(fields_of({{"Range", "bytes=0-1"}, {"If-Range", value}}), answer, 9).kind;
  };
  CHECK(with("\"a,b\"", kBoth) == Kind::part);
  CHECK(with("W/\"a,b\"", kBoth) == Kind::whole);
  CHECK(with("W/\"a\"", {"W/\"a\"", ""}) == Kind::whole);
  CHECK(with(kDate, kBoth) == Kind::part);
  CHECK(with("Sun, 06 Nov 1994 08:49:38 GMT", kBoth) == Kind::whole);
}
