#include "shared/policy/rate_limit.h"

#include <doctest/doctest.h>

#include "shared/policy/limit_headers.h"
#include "tests/unit/shared/policy/limit_fixture.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

using Names = std::vector<config::Setting<std::string>>;

config::Limit rule(std::string name, const std::vector<std::string>& key, std::uint32_t limit,
                   const std::vector<std::string>& paths = {"/*"}) {
  config::Limit result = make_limit(limit, 60s);
  result.name = std::move(name);
  result.key.clear();
  for (const std::string& part : key) result.key.push_back({part, {}});
  for (const std::string& path : paths) result.paths.push_back({path, {}});
  return result;
}

routing::PathPattern pattern(std::string_view text) {
  return *routing::parse_path_pattern(text);
}

// Rules with a table, asked for one route unless told otherwise.
struct Gate {
  LimitRules rules;
  LimitFactors factors;
  LimitTable table{1 << 16, {1, 2}};
  RouteLimits route;
  LimitVerdicts verdicts;

  explicit Gate(const std::vector<config::Limit>& limits, const Names& named = {})
      : rules(limits),
        factors(limits.size()),
        route(rules.for_route("samples", pattern("/samples/*"), named)) {}

  bool ask(const LimitRequest& request, Counting counting = Counting::charge) {
    verdicts.clear();
    const LimitCounter counter(rules, factors, table);
    return counter.count(route, LimitStage::before_user, request, counting, verdicts) &&
           counter.count(route, LimitStage::with_user, request, counting, verdicts);
  }
  int ask_many(const LimitRequest& request, int tries = 20) {
    int passed = 0;
    for (int i = 0; i < tries; ++i) passed += ask(request) ? 1 : 0;
    return passed;
  }
};

LimitRequest request(std::string_view client = "203.0.113.9", std::string_view user = {},
                     std::string_view method = "GET", std::string_view path = "/samples/7") {
  return {kStart, *parse_ip(client), user, method, path, nullptr};
}

std::string names(const LimitRules& rules, const std::vector<RouteLimits::Applied>& applied) {
  std::string text;
  for (const auto& [index, if_reached] : applied) {
    text += rules[index].name() + (if_reached ? "? " : " ");
  }
  return text;
}

}  // namespace

TEST_CASE("parts of a key") {
  using Kind = KeyPart::Kind;
  CHECK(parse_key_part("global")->kind == Kind::global);
  CHECK(parse_key_part("ip")->kind == Kind::ip);
  CHECK(parse_key_part("user")->kind == Kind::user);
  CHECK(parse_key_part("endpoint")->kind == Kind::endpoint);
  CHECK(parse_key_part("header:X-API-Key")->header == "x-api-key");
  CHECK(parse_key_part("header:Authorization")->field == FieldId::authorization);
  for (const char* bad : {"", "IP", "header", "header:", "header:X Y", "header:X\r", "cookie:a"}) {
    CHECK_FALSE(parse_key_part(bad));
  }
}

TEST_CASE("global counts all together, ip each address") {
  Gate global({rule("all", {"global"}, 5)});
  CHECK(global.ask_many(request("203.0.113.9")) == 5);
  CHECK(global.ask_many(request("203.0.113.10")) == 0);
  Gate ip({rule("each", {"ip"}, 5)});
  CHECK(ip.ask_many(request("203.0.113.9")) == 5);
  CHECK(ip.ask_many(request("203.0.113.10")) == 5);
}

TEST_CASE("an IPv6 client is its prefix, an IPv4 client its address") {
  Gate gate({rule("each", {"ip"}, 5)});
  CHECK(gate.ask_many(request("2001:db8:1:2::1")) == 5);
  CHECK(gate.ask_many(request("2001:db8:1:2:ffff:ffff:ffff:ffff")) == 0);
  CHECK(gate.ask_many(request("2001:db8:1:3::1")) == 5);
  for (const auto& [prefix, same, other] :
       {std::tuple<int, const char*, const char*>{48, "2001:db8:1:ffff::", "2001:db8:2::"},
        {56, "2001:db8:1:ff::", "2001:db8:1:100::"},
        {57, "2001:db8:1:7f::", "2001:db8:1:80::"},
        {128, "2001:db8:1::", "2001:db8:1::1"},
        {0, "ffff::", "203.0.113.1"}}) {
    config::Limit limit = rule("each", {"ip"}, 5);
    limit.ipv6_prefix = static_cast<std::uint8_t>(prefix);
    Gate masked({limit});
    const int bits = prefix;
    CAPTURE(bits);
    CHECK(masked.ask_many(request("2001:db8:1::")) == 5);
    CHECK(masked.ask_many(request(same)) == 0);
    CHECK(masked.ask_many(request(other)) == 5);
  }
}

TEST_CASE("user counts names, and who has none by address") {
  Gate gate({rule("per_user", {"user"}, 5)});
  CHECK(gate.ask_many(request("203.0.113.9", "ada")) == 5);
  CHECK(gate.ask_many(request("203.0.113.10", "ada")) == 0);
  CHECK(gate.ask_many(request("203.0.113.9", "bob")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9")) == 5);
  CHECK(gate.ask_many(request("203.0.113.10")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9", "203.0.113.9")) == 5);  // a name like an address
}

TEST_CASE("endpoint counts route and method") {
  Gate gate({rule("each", {"endpoint"}, 5)});
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET", "/samples/1")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET", "/samples/2")) == 0);
  CHECK(gate.ask_many(request("203.0.113.9", {}, "POST")) == 5);
  gate.route = gate.rules.for_route("other", pattern("/other"), {});
  CHECK(gate.ask_many(request()) == 5);
}

TEST_CASE("header counts the first value whole, a missing one as empty") {
  Gate gate({rule("each", {"header:X-Tenant"}, 5), rule("auth", {"header:Authorization"}, 100)});
  LimitRequest asked = request();
  const std::string long_value(8000, 'x');
  const auto with = [&](std::string_view value) {
    const Fields fields = {{"X-TENANT", value, "", FieldId::other},
                           {"x-tenant", "second", "", FieldId::other}};
    asked.fields = &fields;
    const int passed = gate.ask_many(asked);
    asked.fields = nullptr;
    return passed;
  };
  CHECK(with("a") == 5);
  CHECK(with("a") == 0);
  CHECK(with("A") == 5);
  CHECK(with(long_value) == 5);
  CHECK(with(long_value + "y") == 5);
  CHECK(gate.ask_many(asked) == 5);
  CHECK(with("") == 0);
}

TEST_CASE("combinations count each pair apart, in either order") {
  Gate gate({rule("pair", {"ip", "endpoint"}, 5)});
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9", {}, "POST")) == 5);
  CHECK(gate.ask_many(request("203.0.113.10", {}, "GET")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET")) == 0);
  CHECK(LimitRule(rule("a", {"ip", "endpoint"}, 1)).identity() ==
        LimitRule(rule("a", {"endpoint", "ip"}, 2)).identity());
}

TEST_CASE("rules that need the user come in the second stage") {
  Gate gate({rule("a", {"user"}, 5), rule("b", {"ip"}, 5), rule("c", {"ip", "user"}, 5),
             rule("d", {"endpoint"}, 5)});
  CHECK(names(gate.rules, gate.route.before_user) == "b d ");
  CHECK(names(gate.rules, gate.route.with_user) == "a c ");
}

TEST_CASE("rules hold for a route by name or by paths") {
  const LimitRules rules(std::vector<config::Limit>{
      rule("unused", {"ip"}, 1, {}), rule("everywhere", {"ip"}, 1, {"/x", "/*"}),
      rule("below", {"ip"}, 1, {"/samples/*"}), rule("one", {"ip"}, 1, {"/samples/{id}/files"}),
      rule("elsewhere", {"ip"}, 1, {"/other/*", "/samples2"}), rule("named", {"ip"}, 1, {})});
  const auto of = [&](std::string_view path, const Names& named = {}) {
    return names(rules, rules.for_route("r", pattern(path), named).before_user);
  };
  CHECK(of("/samples/*") == "everywhere below one? ");
  CHECK(of("/samples/*", {{"named", {}}, {"one", {}}}) == "everywhere below one named ");
  CHECK(of("/samples/{id}/files") == "everywhere below one ");
  CHECK(of("/samples/{id}") == "everywhere below ");
  CHECK(of("/samples/7/files") == "everywhere below one ");
  CHECK(of("/samples/{id}/files/") == "everywhere below ");
  CHECK(of("/{any}/x") == "everywhere below? elsewhere? ");
  CHECK(of("/*") == "everywhere below? one? elsewhere? ");
  CHECK(of("/") == "everywhere ");
}

TEST_CASE("paths are looked at where the route alone does not tell") {
  Gate gate({rule("some", {"ip"}, 5, {"/samples/{id}/files"})});
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET", "/samples/7")) == 20);
  CHECK(gate.verdicts.all().empty());
  CHECK(gate.verdicts.tightest() == nullptr);
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET", "/samples/7/files")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9", {}, "GET", "/samples/8/files")) == 0);
}

TEST_CASE("a route has at most so many rules") {
  std::vector<config::Limit> limits;
  for (std::size_t i = 0; i < kMaxLimitsPerRoute; ++i) {
    limits.push_back(rule("r" + std::to_string(i), {i % 2 == 0 ? "ip" : "user"}, 5));
  }
  Gate at_bound(limits);
  CHECK_FALSE(at_bound.route.too_many);
  CHECK(at_bound.ask(request()));
  CHECK(at_bound.verdicts.all().size() == kMaxLimitsPerRoute);
  limits.push_back(rule("more", {"ip"}, 1));
  Gate past(limits);
  CHECK(past.route.too_many);
  CHECK(past.ask(request()));
  CHECK(past.verdicts.all().size() == kMaxLimitsPerRoute);  // without "more"
  CHECK(past.ask_many(request()) == 4);
}

TEST_CASE("a request that is refused is charged nowhere") {
  Gate gate({rule("wide", {"ip"}, 100), rule("narrow", {"ip", "endpoint"}, 5),
             rule("after", {"global"}, 100), rule("last", {"user"}, 8)});
  CHECK(gate.ask_many(request("203.0.113.9", "ada", "GET")) == 5);
  CHECK(gate.ask_many(request("203.0.113.9", "ada", "POST")) == 3);  // the user's eight
  gate.ask(request("203.0.113.9", "bob", "PUT"), Counting::look);
  const auto verdicts = gate.verdicts.all();
  REQUIRE(verdicts.size() == 4);
  CHECK(verdicts[0].tally.used == 8 + 1);  // with the one that is looked at
  CHECK(verdicts[1].tally.used == 1);
  CHECK(verdicts[2].tally.used == 8 + 1);
  CHECK(verdicts[3].tally.used == 1);
  CHECK(gate.ask(request("203.0.113.9", "bob", "POST")));  // of narrow's POST three are charged
  CHECK(gate.verdicts.all()[1].tally.used == 4);
}

TEST_CASE("verdicts of a refused request tell what is used without it") {
  Gate gate({rule("wide", {"global"}, 100), rule("narrow", {"ip"}, 1)});
  CHECK(gate.ask(request()));
  CHECK_FALSE(gate.ask(request()));
  CHECK(gate.verdicts.refused());
  CHECK(gate.verdicts.all()[0].tally.used == 1);
  CHECK(gate.verdicts.all()[0].tally.remaining == 99);
  CHECK_FALSE(gate.verdicts.all()[1].tally.allowed);
}

TEST_CASE("an observed rule counts and refuses nothing") {
  config::Limit observed = rule("watched", {"ip"}, 3);
  observed.observe = true;
  Gate gate({observed, rule("real", {"ip"}, 10)});
  int would_refuse = 0;
  for (int i = 0; i < 10; ++i) {
    CHECK(gate.ask(request()));
    REQUIRE(gate.verdicts.all()[0].observed);
    would_refuse += gate.verdicts.all()[0].tally.allowed ? 0 : 1;
    CHECK(gate.verdicts.tightest() == &gate.verdicts.all()[1]);
  }
  CHECK(would_refuse == 7);
  CHECK_FALSE(gate.ask(request()));
  Gate alone({observed});
  CHECK(alone.ask_many(request()) == 20);
  CHECK(alone.verdicts.tightest() == nullptr);
}

TEST_CASE("looking charges nothing and shows every rule") {
  Gate gate({rule("a", {"ip"}, 2), rule("b", {"user"}, 100)});
  for (int i = 0; i < 10; ++i) CHECK(gate.ask(request(), Counting::look));
  CHECK(gate.table.count_live(kStart) == 0);
  CHECK(gate.ask_many(request()) == 2);
  CHECK_FALSE(gate.ask(request(), Counting::look));
}

TEST_CASE("the tightest rule speaks") {
  config::Limit costly = rule("costly", {"global"}, 60);
  costly.cost = 20;
  Gate gate({rule("loose", {"ip"}, 100), costly, rule("tight", {"ip"}, 4)});
  CHECK(gate.ask(request()));
  CHECK(gate.verdicts.tightest()->rule->name() == "costly");  // two more pass, tight lets three
  Gate refused({rule("a", {"ip"}, 1), rule("b", {"global"}, 1), rule("c", {"ip"}, 50)});
  refused.ask(request());
  config::Limit hour = rule("hour", {"ip"}, 1);
  hour.window = 1h;
  Gate waits({rule("minute", {"ip"}, 1), hour});
  CHECK(waits.ask(request()));
  CHECK_FALSE(waits.ask(request()));
  // Both refuse; the one that refuses for longer tells how long to wait.
  CHECK(waits.verdicts.tightest()->rule->name() == "hour");
  CHECK(waits.verdicts.tightest()->tally.retry_after > 3600);
}

TEST_CASE("counters stay over a reload while key and window do") {
  const auto change = [](auto edit) {
    config::Limit limit = rule("r", {"ip"}, 5);
    limit.burst = 1;
    edit(limit);
    return LimitRule(limit).identity() == LimitRule(rule("r", {"ip"}, 5)).identity();
  };
  CHECK(change([](config::Limit&) {}));
  CHECK(change([](config::Limit& limit) { limit.limit = 50; }));
  CHECK(change([](config::Limit& limit) { limit.cost = 2; }));
  CHECK(change([](config::Limit& limit) { limit.observe = true; }));
  CHECK(change([](config::Limit& limit) { limit.paths.clear(); }));
  CHECK(change([](config::Limit& limit) { limit.adaptive.emplace(); }));
  CHECK_FALSE(change([](config::Limit& limit) { limit.name = "s"; }));
  CHECK_FALSE(change([](config::Limit& limit) { limit.window = 61s; }));
  CHECK_FALSE(change([](config::Limit& limit) { limit.ipv6_prefix = 48; }));
  CHECK_FALSE(change([](config::Limit& limit) { limit.key = {{"user", {}}}; }));
  CHECK_FALSE(change([](config::Limit& limit) { limit.key = {{"header:a", {}}}; }));
  CHECK_FALSE(change(
      [](config::Limit& limit) { limit.algorithm = config::Limit::Algorithm::token_bucket; }));

  Gate gate({rule("first", {"global"}, 100), rule("r", {"ip"}, 5)});
  CHECK(gate.ask_many(request()) == 5);
  gate.rules = LimitRules(std::vector<config::Limit>{rule("r", {"ip"}, 8)});
  gate.route = gate.rules.for_route("samples", pattern("/samples/*"), {});
  CHECK(gate.ask_many(request()) == 3);
  gate.rules = LimitRules(std::vector<config::Limit>{rule("r", {"ip"}, 2)});
  gate.route = gate.rules.for_route("samples", pattern("/samples/*"), {});
  CHECK(gate.ask_many(request()) == 0);
  CHECK(gate.verdicts.all()[0].tally.remaining == 0);
}

TEST_CASE("the fields of an answer") {
  Gate gate({rule("per \"user\"\\\n", {"ip"}, 5)});
  CHECK(gate.ask(request()));
  std::string out = "A: b\r\n";
  append_retry_after(*gate.verdicts.tightest(), out);
  CHECK(out == "A: b\r\n");
  append_x_ratelimit(*gate.verdicts.tightest(), out);
  CHECK(out ==
        "A: b\r\nX-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 4\r\n"
        "X-RateLimit-Reset: 1788480060\r\n");
  out.clear();
  append_ratelimit(*gate.verdicts.tightest(), kStart + 20 * kSecond, out);
  CHECK(out ==
        "RateLimit-Policy: \"per \\\"user\\\"\\\\\";q=5;w=60\r\n"
        "RateLimit: \"per \\\"user\\\"\\\\\";r=4;t=40\r\n");
  gate.ask_many(request());
  out.clear();
  append_retry_after(*gate.verdicts.tightest(), out);
  CHECK(out == "Retry-After: 72\r\n");
  out.clear();
  append_x_ratelimit(*gate.verdicts.tightest(), out);
  CHECK(out ==
        "X-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 1788480072\r\n");

  config::Limit bucket = rule("bucket", {"ip"}, 600);
  bucket.algorithm = config::Limit::Algorithm::token_bucket;
  bucket.burst = 5;
  Gate tokens({bucket});
  CHECK(tokens.ask(request()));
  out.clear();
  append_ratelimit(*tokens.verdicts.tightest(), kStart, out);
  CHECK(out == "RateLimit-Policy: \"bucket\";q=5;w=1\r\nRateLimit: \"bucket\";r=4;t=1\r\n");
}
