#include "shared/policy/cache_key.h"

#include <doctest/doctest.h>

#include "fields_of.h"

using namespace gateway;
using namespace gateway::policy;

namespace {

std::string key(const CacheTarget& target, const CacheRules& rules = {}, const Fields& fields = {},
                std::string_view user = "") {
  std::string out = "what was there before";
  const IpAddress client{};
  write_cache_key(target, rules, {client, user, fields}, out);
  return out;
}

constexpr CacheTarget kTarget{.route = "samples",
                              .service = "lab",
                              .host = "api.example.com",
                              .path = "/samples/7",
                              .upstream_path = "/samples/7"};

}  // namespace

TEST_CASE("answers are told apart by all that they depend on") {
  std::vector<std::string> keys;
  const auto add = [&](auto change) {
    CacheTarget target = kTarget;
    change(target);
    keys.push_back(key(target));
  };
  add([](CacheTarget&) {});
  add([](CacheTarget& t) { t.route = "other"; });
  add([](CacheTarget& t) { t.service = "canary"; });
  add([](CacheTarget& t) { t.secure = true; });
  add([](CacheTarget& t) { t.host = "b.example.com"; });
  add([](CacheTarget& t) { t.path = t.upstream_path = "/samples/8"; });
  add([](CacheTarget& t) { t.upstream_path = "/v2/samples/7"; });
  add([](CacheTarget& t) { t.has_query = true; });
  add([](CacheTarget& t) { t.has_query = true, t.query = "a=b"; });
  for (std::size_t i = 0; i < keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) CHECK(keys[i] != keys[j]);
  }
  CHECK(place_in(keys[0]).host == "api.example.com");
  CHECK(place_in(keys[0]).path == "/samples/7");
  CHECK(place_in(keys[3]).path == "/samples/7");
  CHECK(place_in("\n").path == "");
}

TEST_CASE("the route's key tells requests apart by user, field and cookie") {
  using Kind = config::RequestKey::Kind;
  CacheRules rules;
  rules.key = {{Kind::user, ""}, {Kind::header, "X-Tenant"}, {Kind::cookie, "lang"}};
  const Fields fields = fields_of({{"x-tenant", "t1"}, {"Cookie", "a=b; lang=de"}});
  const std::string one = key(kTarget, rules, fields, "ann");
  CHECK(one.ends_with("\nann\nt1\nde"));
  CHECK(key(kTarget, rules, fields, "bob") != one);
  CHECK(key(kTarget, rules, fields_of({{"X-Tenant", "t1"}}), "ann") != one);
}

TEST_CASE("Vary: the fields that an answer depends on, however a client lays them out") {
  const Fields request = fields_of({{"Accept-Language", "de, en;q=0.5"}, {"Accept", "x"}});
  VaryValues values;
  CHECK(read_vary(fields_of({{"Vary", "accept-language"}, {"Vary", "X-None"}}), request,
                  FieldId::other, values));
  REQUIRE(values.size() == 2);
  CHECK(vary_matches(values, request));
  CHECK(vary_matches(values, fields_of({{"accept-language", "de ,en;q=0.5"}, {"Accept", "y"}})));
  CHECK(vary_matches(values,
                     fields_of({{"Accept-Language", "de"}, {"Accept-Language", "en;q=0.5"}})));
  CHECK_FALSE(vary_matches(values, fields_of({{"Accept-Language", "de"}})));
  CHECK_FALSE(
      vary_matches(values, fields_of({{"Accept-Language", "de, en;q=0.5"}, {"X-None", "1"}})));
  CHECK_FALSE(vary_matches(values, {}));
}

TEST_CASE("Vary: what the gateway answers for itself does not count, and too many do not fit") {
  VaryValues values;
  CHECK(read_vary(fields_of({{"Vary", "Accept-Encoding, Accept"}}), {}, FieldId::accept_encoding,
                  values));
  REQUIRE(values.size() == 1);
  CHECK(values[0].first == "Accept");
  std::string most = "a0";
  for (std::size_t i = 1; i < kMaxVary; ++i) most += ", a" + std::to_string(i);
  CHECK(read_vary(fields_of({{"Vary", most}}), {}, FieldId::other, values));
  CHECK(values.size() == kMaxVary);
  CHECK_FALSE(read_vary(fields_of({{"Vary", most + ", more"}}), {}, FieldId::other, values));
}

TEST_CASE("tags, at their bounds and past them") {
  const std::string longest(kMaxTag, 'x');
  const std::string list = "a, b ," + longest + "," + longest + "y";
  const auto tags = cache_tags(fields_of({{"Cache-Tag", list}, {"Surrogate-Key", "c  d"}}));
  CHECK(tags == std::vector<std::string_view>{"a", "b", longest, "c", "d"});
  std::string many;
  for (std::size_t i = 0; i < kMaxTags + 1; ++i) many += std::to_string(i) + " ";
  CHECK(cache_tags(fields_of({{"Surrogate-Key", many}})).size() == kMaxTags);
}
