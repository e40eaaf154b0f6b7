#include "shared/policy/cache_control.h"

#include <doctest/doctest.h>

#include "fields_of.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

CacheControl answer(std::string_view value) {
  return parse_answer_cache_control(fields_of({{"Cache-Control", value}}));
}

CacheControl request(std::string_view value) {
  return parse_request_cache_control(fields_of({{"Cache-Control", value}}));
}

}  // namespace

TEST_CASE("directives are read in whatever case and spacing") {
  const CacheControl control = answer("Max-Age=60 , PUBLIC,s-maxage=\"30\",, must-revalidate");
  CHECK(control.max_age == seconds(60));
  CHECK(control.s_maxage == seconds(30));
  CHECK(control.is_public);
  CHECK(control.must_revalidate);
  CHECK_FALSE(control.no_store);
}

TEST_CASE("directives that name fields count as those that name none") {
  const CacheControl control = answer("private=\"X-A, no-store\", no-cache=\"Set-Cookie\"");
  CHECK(control.is_private);
  CHECK(control.no_cache);
  CHECK_FALSE(control.no_store);  // it stands in quotes
}

TEST_CASE("a time that is none makes the answer stale, of several the shortest counts") {
  CHECK(answer("max-age=soon").max_age == seconds(0));
  CHECK(answer("max-age=-1").max_age == seconds(0));
  CHECK(answer("max-age=").max_age == seconds(0));
  CHECK(answer("max-age=60, max-age=10").max_age == seconds(10));
  CHECK(answer("max-age=2147483648").max_age == kLongestDelta);
  CHECK(answer("max-age=99999999999999999999999").max_age == kLongestDelta);
}

TEST_CASE("several lines are one list") {
  const CacheControl control = parse_answer_cache_control(
      fields_of({{"Cache-Control", "max-age=5"}, {"cache-control", "no-transform"}}));
  CHECK(control.max_age == seconds(5));
  CHECK(control.no_transform);
}

TEST_CASE("a quote that does not end hides the rest and breaks nothing") {
  CHECK_FALSE(answer("private=\"x, no-store").no_store);
  CHECK_FALSE(answer("private=\"x\\").no_store);
}

TEST_CASE("what requests say") {
  CHECK(request("max-stale").any_stale);
  CHECK(request("max-stale=5").max_stale == seconds(5));
  CHECK_FALSE(request("max-stale=5").any_stale);
  CHECK(request("min-fresh=7").min_fresh == seconds(7));
  CHECK(request("only-if-cached").only_if_cached);
  CHECK(parse_request_cache_control(fields_of({{"Pragma", "x, no-cache"}})).no_cache);
  // Pragma counts only where nothing newer is said.
  CHECK_FALSE(parse_request_cache_control(
                  fields_of({{"Pragma", "no-cache"}, {"Cache-Control", "max-age=3"}}))
                  .no_cache);
  CHECK_FALSE(parse_answer_cache_control(fields_of({{"Pragma", "no-cache"}})).no_cache);
}

TEST_CASE("targeted fields: the first that is there and reads as a dictionary") {
  const auto targeted = [](std::initializer_list<std::pair<std::string_view, std::string_view>> f) {
    return parse_targeted_cache_control(fields_of(f));
  };
  CHECK_FALSE(targeted({{"Cache-Control", "max-age=1"}}));
  CHECK(targeted({{"CDN-Cache-Control", "max-age=9"}})->max_age == seconds(9));
  CHECK(targeted({{"CDN-Cache-Control", "max-age=9"}, {"Gateway-Cache-Control", "max-age=3"}})
            ->max_age == seconds(3));
  CHECK(targeted({{"Gateway-Cache-Control", "no-store;why=x, max-age=3"}})->no_store);
  CHECK_FALSE(targeted({{"Gateway-Cache-Control", "no-store=?0, max-age=3"}})->no_store);
  // One that does not read, or is empty, is as if it were not there (RFC 9213 §2.1).
  for (const char* bad : {"", "max-age", "Max-Age=3", "max-age=3,", "=3", "max-age= 3"}) {
    CAPTURE(bad);
    const auto read =
        targeted({{"Gateway-Cache-Control", bad}, {"CDN-Cache-Control", "max-age=9"}});
    REQUIRE(read);
    if (std::string_view(bad) != "max-age") CHECK(read->max_age == seconds(9));
  }
}
