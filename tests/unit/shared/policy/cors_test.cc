#include "shared/policy/cors.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/shared/policy/fields_of.h"

namespace gateway::policy {
namespace {

using Kind = CorsVerdict::Kind;
using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

constexpr OwnSite kOwn{true, "api.example"};

config::Setting<std::string> set(std::string_view value) {
  return {std::string(value), {}};
}

config::Cors frontend() {
  config::Cors cors;
  cors.name = "frontend";
  cors.origins = {set("https://a.example"), set("https://*.b.example")};
  cors.methods = {"PUT", "DELETE"};
  cors.headers = {set("Authorization"), set("Content-Type"), set("X-Trace")};
  cors.expose = {"X-Total", "X-Page"};
  cors.credentials = true;
  cors.max_age = std::chrono::hours(1);
  return cors;
}

config::Cors everyone() {
  config::Cors cors;
  cors.name = "everyone";
  cors.origins = {set("*")};
  cors.methods = {"*"};
  cors.headers = {set("*")};
  return cors;
}

CorsVerdict decide(const config::Cors& cors, std::string_view method, Pairs pairs) {
  return CorsRules(cors).decide(method, fields_of(pairs), kOwn);
}

CorsVerdict preflight(const config::Cors& cors, std::string_view method,
                      std::string_view headers = "",
                      std::string_view origin = "https://a.example") {
  return decide(cors, "OPTIONS",
                {{"Origin", origin},
                 {"Access-Control-Request-Method", method},
                 {"Access-Control-Request-Headers", headers}});
}

std::string preflight_lines(const config::Cors& cors, const CorsVerdict& verdict) {
  std::string out;
  CorsRules(cors).append_preflight_lines(verdict, out);
  return out;
}

std::string answer_lines(const config::Cors& cors, const CorsVerdict& verdict,
                         bool varies = false) {
  std::string out;
  CorsRules(cors).append_answer_lines(verdict, varies, out);
  return out;
}

TEST_CASE("without Origin, or with the own one, nothing is cross-origin") {
  CHECK(decide(frontend(), "GET", {}).kind == Kind::not_cross_origin);
  CHECK(decide(frontend(), "POST", {{"Origin", "https://api.example"}}).kind ==
        Kind::not_cross_origin);
  CHECK(decide(frontend(), "OPTIONS", {{"Access-Control-Request-Method", "PUT"}}).kind ==
        Kind::not_cross_origin);
  CHECK(decide(frontend(), "POST", {{"Origin", "http://api.example"}}).kind == Kind::refused);
}

TEST_CASE("a request of a listed origin is allowed, and its Origin is repeated as it came") {
  const CorsVerdict verdict = decide(frontend(), "GET", {{"Origin", "https://x.b.example"}});
  CHECK(verdict.kind == Kind::allowed);
  CHECK(answer_lines(frontend(), verdict) ==
        "Access-Control-Allow-Origin: https://x.b.example\r\n"
        "Vary: Origin\r\n"
        "Access-Control-Allow-Credentials: true\r\n"
        "Access-Control-Expose-Headers: X-Total, X-Page\r\n");
}

TEST_CASE("a refused origin gets no permission, says why, and is never repeated") {
  for (const std::string_view origin :
       {"https://evil.example", "null", "https://a.example/", "https://b.example", "", "x"}) {
    CAPTURE(origin);
    const CorsVerdict verdict = decide(frontend(), "GET", {{"Origin", origin}});
    CHECK(verdict.kind == Kind::refused);
    CHECK(*verdict.why != '\0');
    CHECK(verdict.offending == origin);
    CHECK(answer_lines(frontend(), verdict) == "Vary: Origin\r\n");
    const CorsVerdict asked = preflight(frontend(), "PUT", "", origin);
    CHECK(asked.kind == Kind::preflight_refused);
    CHECK(preflight_lines(frontend(), asked) == "Vary: Origin\r\n");
  }
  const CorsVerdict twice =
      decide(frontend(), "GET", {{"Origin", "https://a.example"}, {"Origin", "https://a.example"}});
  CHECK(twice.kind == Kind::refused);
  CHECK(std::string(twice.why) == "Origin stands more than once");
}

TEST_CASE("an answer that depends on Origin says so, also to who sent none") {
  const CorsVerdict verdict = decide(frontend(), "GET", {});
  CHECK(answer_lines(frontend(), verdict) == "Vary: Origin\r\n");
  CHECK(answer_lines(frontend(), verdict, true).empty());
  CHECK(varies_by_origin(fields_of({{"Vary", "Accept, ORIGIN"}})));
  CHECK(varies_by_origin(fields_of({{"Vary", "Accept"}, {"vary", "*"}})));
  CHECK_FALSE(varies_by_origin(fields_of({{"Vary", "Accept-Encoding, X-Origin"}})));
  CHECK_FALSE(varies_by_origin({}));
}

TEST_CASE("\"*\" is the same answer for everyone, and does not vary") {
  constexpr std::string_view kLines = "Access-Control-Allow-Origin: *\r\n";
  for (const std::string_view origin : {"https://x.example", "null", "no origin"}) {
    const CorsVerdict verdict = decide(everyone(), "GET", {{"Origin", origin}});
    CHECK(verdict.kind == Kind::allowed);
    CHECK(answer_lines(everyone(), verdict) == kLines);
  }
  CHECK(answer_lines(everyone(), decide(everyone(), "GET", {})) == kLines);
}

TEST_CASE("\"*\" with credentials allows nobody") {
  config::Cors cors = everyone();
  cors.credentials = true;
  CHECK(decide(cors, "GET", {{"Origin", "https://x.example"}}).kind == Kind::refused);
  CHECK(cors_faults(cors).size() == 3);  // in origins, methods and headers
}

TEST_CASE("a preflight is answered with what the rules allow") {
  const CorsVerdict verdict = preflight(frontend(), "PUT", "authorization,x-trace");
  CHECK(verdict.kind == Kind::preflight_allowed);
  CHECK(preflight_lines(frontend(), verdict) ==
        "Access-Control-Allow-Origin: https://a.example\r\n"
        "Vary: Origin\r\n"
        "Access-Control-Allow-Credentials: true\r\n"
        "Access-Control-Allow-Methods: PUT, DELETE\r\n"
        "Access-Control-Allow-Headers: Authorization, Content-Type, X-Trace\r\n"
        "Access-Control-Max-Age: 3600\r\n");
}

TEST_CASE("an OPTIONS request without a method asked for is an ordinary request") {
  CHECK(decide(frontend(), "OPTIONS", {{"Origin", "https://a.example"}}).kind == Kind::allowed);
  CHECK(decide(frontend(), "GET",
               {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "PUT"}})
            .kind == Kind::allowed);
}

TEST_CASE("methods are compared with case; what forms can send needs no listing") {
  CHECK(preflight(frontend(), "DELETE").kind == Kind::preflight_allowed);
  for (const std::string_view method : {"GET", "HEAD", "POST"}) {
    CHECK(preflight(frontend(), method).kind == Kind::preflight_allowed);
  }
  for (const std::string_view method : {"PATCH", "put", "PUT, DELETE", "", "P T"}) {
    CAPTURE(method);
    const CorsVerdict verdict = preflight(frontend(), method);
    CHECK(verdict.kind == Kind::preflight_refused);
    CHECK(verdict.offending == method);
    CHECK(*verdict.why != '\0');
  }
  CHECK(preflight(everyone(), "PATCH").kind == Kind::preflight_allowed);
  CHECK(decide(frontend(), "OPTIONS",
               {{"Origin", "https://a.example"},
                {"Access-Control-Request-Method", "PUT"},
                {"Access-Control-Request-Method", "PUT"}})
            .kind == Kind::preflight_refused);
}

TEST_CASE(
    "a refused preflight permits what it passed and no more, whatever a browser makes of it") {
  constexpr std::string_view kOrigin =
      "Access-Control-Allow-Origin: https://a.example\r\nVary: Origin\r\n"
      "Access-Control-Allow-Credentials: true\r\n";
  CHECK(preflight_lines(frontend(), preflight(frontend(), "PATCH")) == kOrigin);
  CHECK(preflight_lines(frontend(), preflight(frontend(), "PUT", "x-other")) ==
        std::string(kOrigin) + "Access-Control-Allow-Methods: PUT, DELETE\r\n");
  // Chromium takes "*" for Authorization too.
  CHECK(preflight_lines(everyone(), preflight(everyone(), "PUT", "authorization")) ==
        "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: *\r\n");
}

TEST_CASE("request fields are compared without case, and every one asked for must be listed") {
  CHECK(preflight(frontend(), "PUT", "AUTHORIZATION , x-trace,, content-type").kind ==
        Kind::preflight_allowed);
  const CorsVerdict other = preflight(frontend(), "PUT", "x-trace,x-other");
  CHECK(other.kind == Kind::preflight_refused);
  CHECK(other.offending == "x-other");
  config::Cors bare = frontend();
  bare.headers.clear();
  CHECK(preflight(bare, "PUT", "content-type").kind == Kind::preflight_refused);
  CHECK(preflight(frontend(), "PUT", "x trace").kind == Kind::preflight_refused);
  CHECK(decide(frontend(), "OPTIONS",
               {{"Origin", "https://a.example"},
                {"Access-Control-Request-Method", "PUT"},
                {"Access-Control-Request-Headers", "x-trace"},
                {"Access-Control-Request-Headers", "x-other"}})
            .offending == "x-other");
}

TEST_CASE("\"*\" lists every field but Authorization") {
  CHECK(preflight(everyone(), "PUT", "x-any,content-type").kind == Kind::preflight_allowed);
  const CorsVerdict refused = preflight(everyone(), "PUT", "x-any,authorization");
  CHECK(refused.kind == Kind::preflight_refused);
  CHECK(refused.offending == "authorization");
  config::Cors cors = everyone();
  cors.headers.push_back(set("Authorization"));
  const CorsVerdict verdict = preflight(cors, "PUT", "x-any,authorization");
  CHECK(verdict.kind == Kind::preflight_allowed);
  CHECK(preflight_lines(cors, verdict).find("Allow-Headers: *, Authorization\r\n") !=
        std::string::npos);
}

TEST_CASE("as many request fields are looked at as the bound says, and not one more") {
  std::string names;
  for (std::size_t i = 0; i < kMaxRequestedHeaders; ++i) names += "x,";
  CHECK(preflight(everyone(), "PUT", names).kind == Kind::preflight_allowed);
  CHECK(preflight(everyone(), "PUT", names + "x").kind == Kind::preflight_refused);
}

TEST_CASE("a private network is opened only when the rules say so") {
  const auto ask = [](const config::Cors& cors, std::string_view value) {
    return decide(cors, "OPTIONS",
                  {{"Origin", "https://a.example"},
                   {"Access-Control-Request-Method", "GET"},
                   {"Access-Control-Request-Private-Network", value}});
  };
  config::Cors cors = frontend();
  CHECK(ask(cors, "true").kind == Kind::preflight_refused);
  CHECK(preflight_lines(cors, ask(cors, "true")).find("Private") == std::string::npos);
  CHECK(ask(cors, "false").kind == Kind::preflight_allowed);
  cors.private_network = true;
  CHECK(ask(cors, "true").kind == Kind::preflight_allowed);
  CHECK(preflight_lines(cors, ask(cors, "true"))
            .ends_with("Access-Control-Allow-Private-Network: true\r\n"));
  CHECK(preflight_lines(cors, ask(cors, "false")).find("Private") == std::string::npos);
}

TEST_CASE("a preflight of the own page is answered, as private networks make browsers ask") {
  const CorsVerdict verdict = preflight(frontend(), "GET", "", "https://api.example");
  CHECK(verdict.kind == Kind::preflight_allowed);
  CHECK(verdict.origin == "https://api.example");
}

TEST_CASE("what cannot be compiled as meant is reported where it stands") {
  CHECK(cors_faults(frontend()).empty());
  CHECK(cors_faults(everyone()).empty());
  config::Cors cors = frontend();
  cors.origins = {{"*", {0, 3, 7, 3}}, {"a.example", {0, 3, 12, 11}}};
  cors.headers.push_back({"x y", {0, 4, 1, 5}});
  cors.expose.push_back("");
  const auto faults = cors_faults(cors);
  REQUIRE(faults.size() == 4);
  CHECK(faults[0].place.column == 7);
  CHECK(faults[0].message.find("every page of the web could act as the user") != std::string::npos);
  CHECK(faults[1].place.column == 12);
  CHECK(faults[1].message.find("\"a.example\"") != std::string::npos);
  CHECK(faults[2].place.line == 4);
  cors.origins.clear();
  CHECK(cors_faults(cors).front().message.find("names no origin") != std::string::npos);
}

TEST_CASE("names that could break a line never reach one") {
  config::Cors cors = frontend();
  cors.expose = {"X-A\r\nX-Evil: 1"};
  cors.methods = {"PUT\r\nX-Evil: 1"};
  cors.headers = {set("x\r\nX-Evil: 1")};
  CHECK(answer_lines(cors, decide(cors, "GET", {{"Origin", "https://a.example"}})).find("Evil") ==
        std::string::npos);
  CHECK(preflight_lines(cors, preflight(cors, "GET")).find("Evil") == std::string::npos);
}

TEST_CASE("what an upstream says about other origins is replaced") {
  CHECK(cors_answer_fields().contains("access-control-allow-origin"));
  CHECK(cors_answer_fields().contains("Access-Control-Expose-Headers"));
  CHECK(cors_answer_fields().names().size() == 7);
  CHECK_FALSE(cors_answer_fields().contains("Vary"));
}

}  // namespace
}  // namespace gateway::policy
