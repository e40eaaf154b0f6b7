#include "shared/policy/cache_answer.h"

#include <doctest/doctest.h>

#include "fields_of.h"
#include "shared/policy/cache_reuse.h"
#include "shared/policy/http_date.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

constexpr std::int64_t kNow = 1'767'323'045;

CacheAnswer judge(const Fields& fields, const CacheAsker& asker = {}, const CacheRules& rules = {},
                  std::uint16_t status = 200, seconds delay = seconds(0)) {
  return judge_answer(rules, asker, {status, fields, delay}, kNow);
}

CacheAnswer judge(std::string_view control, const CacheAsker& asker = {},
                  const CacheRules& rules = {}, std::uint16_t status = 200) {
  return judge(fields_of({{"Cache-Control", control}}), asker, rules, status);
}

CacheRules with_ttl(seconds ttl) {
  CacheRules rules;
  rules.ttl = ttl;
  return rules;
}

}  // namespace

TEST_CASE("freshness: s-maxage before max-age before Expires before the route's ttl") {
  const std::string date = format_http_date(kNow);
  const std::string later = format_http_date(kNow + 100);
  CHECK(judge("max-age=60, s-maxage=30").times.lifetime == 30);
  CHECK(judge(fields_of({{"Cache-Control", "max-age=60"}, {"Expires", later}, {"Date", date}}))
            .times.lifetime == 60);
  CHECK(judge(fields_of({{"Expires", later}, {"Date", date}}), {}, with_ttl(seconds(5)))
            .times.lifetime == 100);
  CHECK(judge(Fields(), {}, with_ttl(seconds(5))).times.lifetime == 5);
  CHECK_FALSE(judge(Fields()).kept);
  // Expires: 0 is in the past; a validator makes even that worth keeping.
  CHECK_FALSE(judge(fields_of({{"Expires", "0"}}), {}, with_ttl(seconds(5))).kept);
  CHECK(judge(fields_of({{"Expires", "0"}, {"ETag", "\"a\""}})).kept);
}

TEST_CASE("a targeted field counts in place of Cache-Control and Expires") {
  const auto answer = judge(fields_of(
      {{"Cache-Control", "no-store"}, {"Expires", "0"}, {"CDN-Cache-Control", "max-age=7"}}));
  CHECK(answer.kept);
  CHECK(answer.times.lifetime == 7);
  CHECK_FALSE(
      judge(fields_of({{"Cache-Control", "max-age=9"}, {"CDN-Cache-Control", "no-store"}})).kept);
}

TEST_CASE("what is never kept") {
  CHECK_FALSE(judge("no-store, max-age=60").kept);
  CHECK_FALSE(judge("private, max-age=60").kept);
  CHECK_FALSE(judge("max-age=60", {.no_store = true}).kept);
  CHECK_FALSE(judge("max-age=0").kept);
  for (const char* vary : {"*", "Accept, *"}) {
    CHECK_FALSE(judge(fields_of({{"Cache-Control", "max-age=60"}, {"Vary", vary}})).kept);
  }
  for (const std::uint16_t status : std::initializer_list<std::uint16_t>{
           201, 206, 303, 304, 400, 401, 403, 429, 500, 502, 503}) {
    CAPTURE(status);
    CHECK_FALSE(judge("max-age=60", {}, {}, status).kept);
  }
  for (const std::uint16_t status :
       std::initializer_list<std::uint16_t>{200, 203, 204, 301, 302, 307, 308, 404, 410}) {
    CAPTURE(status);
    CHECK(judge("max-age=60", {}, {}, status).kept);
  }
  CHECK_FALSE(judge("", {}, with_ttl(seconds(5)), 404).kept);
}

TEST_CASE("an answer that sets a cookie is not kept, whatever it says") {
  CHECK_FALSE(
      judge(fields_of({{"Cache-Control", "public, s-maxage=60"}, {"Set-Cookie", "a=b"}})).kept);
}

TEST_CASE("credentials: kept where the answer allows it or users are told apart") {
  const CacheAsker asker{.authorised = true};
  CHECK_FALSE(judge("max-age=60", asker).kept);
  CHECK_FALSE(judge("", asker, with_ttl(seconds(5))).kept);
  for (const char* allowed : {"max-age=60, public", "s-maxage=60", "max-age=60, must-revalidate"}) {
    CAPTURE(allowed);
    CHECK(judge(allowed, asker).kept);
  }
  const CacheAsker told_apart{.authorised = true, .told_apart = true};
  CHECK(judge("max-age=60", told_apart).kept);
  CHECK_FALSE(judge("private, max-age=60", told_apart).kept);
}

TEST_CASE("cookies: the route's ttl is not for answers that may be one visitor's") {
  const CacheAsker asker{.has_cookie = true};
  CHECK_FALSE(judge("", asker, with_ttl(seconds(5))).kept);
  CHECK(judge("max-age=60", asker, with_ttl(seconds(5))).kept);
}

TEST_CASE("age: the larger of what Date and Age tell (RFC 9111 §4.2.3)") {
  const std::string date = format_http_date(kNow - 20);
  const auto age = [](const Fields& fields, seconds delay) {
    return judge(fields, {}, {}, 200, delay).times.initial_age;
  };
  CHECK(age(fields_of({{"Cache-Control", "max-age=60"}, {"Date", date}}), seconds(0)) == 20);
  CHECK(age(fields_of({{"Cache-Control", "max-age=60"}, {"Date", date}, {"Age", "30"}}),
            seconds(2)) == 32);
  CHECK(age(fields_of({{"Cache-Control", "max-age=60"}, {"Age", "x"}}), seconds(0)) == 0);
  const auto old = judge(fields_of({{"Cache-Control", "max-age=60"}, {"Age", "60"}}));
  CHECK_FALSE(old.kept);
  CacheTimes times;
  times.received = kNow;
  times.initial_age = 3;
  CHECK(times.age(kNow + 5) == 8);
  CHECK(times.age(kNow - 5) == 3);  // a clock that went back
}

TEST_CASE("stale use: the answer's own times, else the route's, and none where it is forbidden") {
  CacheRules rules;
  rules.stale_while_revalidate = seconds(5);
  rules.stale_if_error = seconds(50);
  const auto times = [&](std::string_view control) { return judge(control, {}, rules).times; };
  CHECK(times("max-age=60").stale_while_revalidate == 5);
  CHECK(times("max-age=60, stale-while-revalidate=9, stale-if-error=0").stale_while_revalidate ==
        9);
  CHECK(times("max-age=60, stale-if-error=0").stale_if_error == 0);
  CHECK(times("max-age=60, must-revalidate, stale-if-error=9").stale_if_error == 0);
  CHECK(times("max-age=60, proxy-revalidate").stale_while_revalidate == 0);
  CHECK(times("s-maxage=60").stale_if_error == 0);
  CHECK(times("s-maxage=60, stale-if-error=9").stale_if_error == 9);
  CHECK(times("s-maxage=60").never_stale);
}

namespace {

CacheReuse reuse(const CacheTimes& times, std::string_view request, std::int64_t after) {
  return judge_reuse(times, parse_request_cache_control(fields_of({{"Cache-Control", request}})),
                     kNow + after);
}

constexpr CacheTimes kMinute{.received = kNow, .lifetime = 60};

}  // namespace

TEST_CASE("a kept answer is fresh up to its last second") {
  using Use = CacheReuse::Use;
  CHECK(reuse(kMinute, "", 59).use == Use::fresh);
  CHECK(reuse(kMinute, "", 59).left == 1);
  CHECK(reuse(kMinute, "", 60).use == Use::validate);
  CHECK_FALSE(reuse(kMinute, "", 60).asked_by_client);
}

TEST_CASE("what the client asks for counts") {
  using Use = CacheReuse::Use;
  for (const char* objection : {"no-cache", "max-age=9", "min-fresh=51"}) {
    CAPTURE(objection);
    const CacheReuse judged = reuse(kMinute, objection, 10);
    CHECK(judged.use == Use::validate);
    CHECK(judged.asked_by_client);
  }
  CHECK(reuse(kMinute, "max-age=10", 10).use == Use::fresh);
  CHECK(reuse(kMinute, "min-fresh=50", 10).use == Use::fresh);
  CHECK(reuse(kMinute, "max-stale", 1000).use == Use::stale);
  CHECK(reuse(kMinute, "max-stale=10", 70).use == Use::stale);
  CHECK(reuse(kMinute, "max-stale=10", 71).use == Use::validate);
  CacheTimes strict = kMinute;
  strict.never_stale = true;
  CHECK(reuse(strict, "max-stale", 61).use == Use::validate);
}

TEST_CASE("stale answers are sent while they are fetched anew, and when the service fails") {
  using Use = CacheReuse::Use;
  CacheTimes times = kMinute;
  times.stale_while_revalidate = 10;
  times.stale_if_error = 20;
  CHECK(reuse(times, "", 69).use == Use::refresh);
  CHECK(reuse(times, "", 70).use == Use::validate);
  CHECK(reuse(times, "", 79).if_error);
  CHECK_FALSE(reuse(times, "", 80).if_error);
  CHECK(reuse(times, "no-cache", 10).if_error);  // fresh, but for the client's wish
  times.no_cache = true;
  CHECK(reuse(times, "", 1).use == Use::validate);
  CHECK_FALSE(reuse(times, "", 1).if_error);
}
