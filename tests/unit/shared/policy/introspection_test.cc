#include "shared/policy/introspection.h"

#include <doctest/doctest.h>

namespace {

using namespace gateway;
using namespace gateway::policy;
using Kind = IntrospectionAnswer::Kind;
using Protocol = config::Introspection::Protocol;

constexpr UnixMicros kSecond = 1'000'000;
constexpr UnixMicros kNow = 1'800'000'000 * kSecond;

IntrospectionRules rules(Protocol protocol, const std::string& client = "") {
  config::Introspection ask;
  ask.path = "/introspect";
  ask.protocol = protocol;
  ask.client_id = client;
  return IntrospectionRules(ask, "s:e cret", {"roles", "scope"});
}

Kind kind(Protocol protocol, int status, std::string_view body) {
  return rules(protocol).read(status, body, "token", kNow).kind;
}

IntrospectionAnswer active(const std::string& claims) {
  return rules(Protocol::rfc7662).read(200, "{\"active\":true" + claims + "}", "token", kNow);
}

std::string user(const std::shared_ptr<const Identity>& identity) {
  return identity == nullptr ? "" : identity->user;
}

}  // namespace

TEST_CASE("RFC 7662: the token goes in a form, with the gateway's own credentials") {
  const auto question = rules(Protocol::rfc7662, "gate way").question("ab+c/d~e==");
  CHECK(question.method == "POST");
  CHECK(question.target == "/introspect");
  CHECK(question.content_type == "application/x-www-form-urlencoded");
  CHECK(question.body == "token=ab%2Bc%2Fd~e%3D%3D&token_type_hint=access_token");
  CHECK(question.authorization == "Basic Z2F0ZSUyMHdheTpzJTNBZSUyMGNyZXQ=");
  CHECK(rules(Protocol::rfc7662).question("a").authorization.empty());
}

TEST_CASE("validate: the client's own token is passed on") {
  const auto question = rules(Protocol::validate, "ignored").question("abc");
  CHECK(question.method == "GET");
  CHECK(question.target == "/introspect");
  CHECK(question.authorization == "Bearer abc");
  CHECK(question.body.empty());
  CHECK(question.content_type.empty());
}

TEST_CASE("RFC 7662: only an answer that says so makes a token active") {
  CHECK(kind(Protocol::rfc7662, 200, R"({"active":true})") == Kind::active);
  CHECK(kind(Protocol::rfc7662, 200, R"({"active":false,"sub":"u"})") == Kind::inactive);
  for (const char* body :
       {"", "{}", "true", "[true]", R"({"active":"true"})", R"({"active":1})",
        R"({"active":[true]})", R"({"active":null})", R"({"active":false,"active":true})",
        R"({"x":{"active":true}})", R"({"active":true)"}) {
    CAPTURE(body);
    CHECK(kind(Protocol::rfc7662, 200, body) == Kind::unusable);
  }
  for (const int status : {201, 301, 400, 401, 403, 404, 500, 503}) {
    CHECK(kind(Protocol::rfc7662, status, R"({"active":true})") == Kind::unusable);
  }
}

TEST_CASE("validate: the status tells, unless the body says no") {
  CHECK(kind(Protocol::validate, 200, "") == Kind::active);
  CHECK(kind(Protocol::validate, 200, "  ") == Kind::active);
  CHECK(kind(Protocol::validate, 204, "OK") == Kind::active);
  CHECK(kind(Protocol::validate, 200, R"({"sub":"u"})") == Kind::active);
  CHECK(kind(Protocol::validate, 200, R"({"valid":false})") == Kind::inactive);
  CHECK(kind(Protocol::validate, 200, R"({"active":false})") == Kind::inactive);
  CHECK(kind(Protocol::validate, 200, "false") == Kind::inactive);
  CHECK(kind(Protocol::validate, 401, R"({"active":true})") == Kind::inactive);
  CHECK(kind(Protocol::validate, 403, "") == Kind::inactive);
  CHECK(kind(Protocol::validate, 200, R"( {"sub":)") == Kind::unusable);
  for (const int status : {302, 400, 404, 429, 500, 502}) {
    CHECK(kind(Protocol::validate, status, "") == Kind::unusable);
  }
}

TEST_CASE("an answer tells who, until when, and in which roles") {
  const auto answer =
      active(R"(,"sub":"u","username":"n","roles":["lab"],"scope":"a b","exp":1800000010)");
  REQUIRE(answer.kind == Kind::active);
  CHECK(answer.identity->user == "u");
  CHECK(answer.identity->method == "introspect");
  CHECK(answer.identity->roles == std::vector<std::string>{"lab"});
  CHECK(answer.identity->scopes == std::vector<std::string>{"a", "b"});
  CHECK(answer.identity->expires == kNow + 10 * kSecond);
  CHECK(active(R"(,"username":"n","client_id":"c")").identity->user == "n");
  CHECK(active(R"(,"client_id":"c")").identity->user == "c");
  // Nobody is named: a name that is the same for the same token, and not the token.
  CHECK(active("").identity->user == "token-3C469E9D6C5875D3");
  CHECK(active(R"(,"exp":1800000000)").kind == Kind::inactive);
  CHECK(active(R"(,"exp":1800000001)").kind == Kind::active);
  CHECK(active(R"(,"nbf":1800000001)").kind == Kind::inactive);
  CHECK(active(R"(,"sub":"a\r\nb")").kind == Kind::unusable);
}

TEST_CASE("an answer is bounded") {
  std::string body = R"({"active":true})";
  body.append(kMaxIntrospectionAnswer - body.size(), ' ');
  CHECK(kind(Protocol::rfc7662, 200, body) == Kind::active);
  CHECK(kind(Protocol::rfc7662, 200, body + " ") == Kind::unusable);
}

TEST_CASE("an answer spares the next question for its time") {
  IntrospectionCache cache(8, 60s, /*last_known=*/true);
  CHECK(cache.fresh("t", kNow) == nullptr);
  cache.learn("t", active(R"(,"sub":"u")"), kNow);
  CHECK(user(cache.fresh("t", kNow + 60 * kSecond - 1)) == "u");
  CHECK(cache.fresh("t", kNow + 60 * kSecond) == nullptr);
  // When the service is down it stands in for another hour.
  CHECK(user(cache.last_known("t", kNow + 60 * kSecond)) == "u");
  CHECK(user(cache.last_known("t", kNow + 3660 * kSecond - 1)) == "u");
  CHECK(cache.last_known("t", kNow + 3660 * kSecond) == nullptr);
}

TEST_CASE("nothing stands in where the config says reject") {
  IntrospectionCache cache(8, 60s, /*last_known=*/false);
  cache.learn("t", active(R"(,"sub":"u")"), kNow);
  CHECK(user(cache.last_known("t", kNow + 60 * kSecond - 1)) == "u");
  CHECK(cache.last_known("t", kNow + 60 * kSecond) == nullptr);
  IntrospectionCache never(8, 0ms, false);
  never.learn("t", active(""), kNow);
  CHECK(never.fresh("t", kNow) == nullptr);
}

TEST_CASE("no answer outlives the token, and a no is heard at once") {
  IntrospectionCache cache(8, 60s, true);
  cache.learn("t", active(R"(,"exp":1800000010)"), kNow);
  CHECK(cache.fresh("t", kNow + 10 * kSecond - 1) != nullptr);
  CHECK(cache.fresh("t", kNow + 10 * kSecond) == nullptr);
  CHECK(cache.last_known("t", kNow + 10 * kSecond) == nullptr);
  cache.learn("t", active(""), kNow);
  cache.learn("t", {Kind::unusable, nullptr, ""}, kNow);
  CHECK(cache.fresh("t", kNow) != nullptr);
  cache.learn("t", {Kind::inactive, nullptr, ""}, kNow);
  CHECK(cache.fresh("t", kNow) == nullptr);
  CHECK(cache.last_known("t", kNow) == nullptr);
}

TEST_CASE("a no spares the next question too, for a short while") {
  const IntrospectionAnswer no{Kind::inactive, nullptr, ""};
  IntrospectionCache cache(1024, 60s, true);
  CHECK_FALSE(cache.is_inactive("t", kNow));
  cache.learn("t", no, kNow);
  CHECK(cache.is_inactive("t", kNow + 5 * kSecond - 1));
  CHECK_FALSE(cache.is_inactive("t", kNow + 5 * kSecond));
  CHECK_FALSE(cache.is_inactive("u", kNow));
  cache.use_generation(7);
  CHECK_FALSE(cache.is_inactive("t", kNow));

  // Those that are invented drive no good one out, and are bounded themselves.
  cache.learn("good", active(""), kNow);
  for (std::size_t i = 0; i < 4 * IntrospectionCache::kMostInactive; ++i) {
    cache.learn("t" + std::to_string(i), no, kNow);
  }
  CHECK(cache.fresh("good", kNow) != nullptr);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < 4 * IntrospectionCache::kMostInactive; ++i) {
    kept += cache.is_inactive("t" + std::to_string(i), kNow) ? 1 : 0;
  }
  CHECK(kept == IntrospectionCache::kMostInactive);

  IntrospectionCache brief(8, 2s, true);
  brief.learn("t", no, kNow);
  CHECK(brief.is_inactive("t", kNow + 2 * kSecond - 1));
  CHECK_FALSE(brief.is_inactive("t", kNow + 2 * kSecond));
  IntrospectionCache never(8, 0ms, true);
  never.learn("t", no, kNow);
  CHECK_FALSE(never.is_inactive("t", kNow));
}
