#include "shared/policy/api_key.h"

#include <doctest/doctest.h>

#include <cstdio>

namespace {

using namespace gateway;
using namespace gateway::policy;
using Kind = ApiKeyVerdict::Kind;

constexpr UnixMicros kEnd = 1'767'323'045'000'000;  // 2026-01-02T03:04:05Z

std::string hex(const Sha256& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    char two[3];
    std::snprintf(two, sizeof(two), "%02x", byte);
    text += two;
  }
  return text;
}

config::ApiKey key(const std::string& name, const std::string& text,
                   const std::string& expires = "") {
  config::ApiKey made;
  made.name = name;
  made.sha256 = hex(sha256({text}));
  made.roles = {"lab"};
  made.scopes = {"read"};
  made.expires.value = expires;
  return made;
}

ApiKeyRules rules() {
  config::ApiKeyAuth auth;
  auth.header = "X-API-Key";
  auth.query = "api_key";
  auth.keys = {key("one", "key-one"), key("two", "key/two+&=%"),
               key("old", "key-old", "2026-01-02T03:04:05Z"), key("odd", "key-odd", "soon")};
  for (int i = 0; i < 500; ++i) {
    auth.keys.push_back(key("n" + std::to_string(i), "number " + std::to_string(i)));
  }
  auth.keys.emplace_back().sha256 = "xyz";
  return ApiKeyRules(auth);
}

Field field(std::string_view value, std::string_view name = "x-api-key") {
  return {name, value, "", FieldId::other};
}

Kind kind(const Fields& fields, std::string_view query = "", UnixMicros now = kEnd) {
  return rules().check(fields, query, now).kind;
}

}  // namespace

TEST_CASE("a key tells whose it is, from the field or from the query") {
  const ApiKeyVerdict verdict = rules().check({field("key-one")}, "", kEnd);
  REQUIRE(verdict.kind == Kind::good);
  CHECK(verdict.identity->user == "one");
  CHECK(verdict.identity->method == "api_key");
  CHECK(verdict.identity->roles == std::vector<std::string>{"lab"});
  CHECK(verdict.identity->claim("sub") == "one");
  CHECK(verdict.identity->claim("roles") == "lab");
  CHECK(verdict.identity->claim("scope") == "read");
  CHECK(kind({}, "a=1&api_key=key-one&b") == Kind::good);
  CHECK(kind({}, "api_key=key%2Ftwo+%26%3d%25") == Kind::good);
  CHECK(kind({}, "api%5Fkey=key-one") == Kind::good);
  for (int i = 0; i < 500; ++i) {
    const std::string text = "number " + std::to_string(i);
    CHECK(rules().check({field(text)}, "", kEnd).identity->user == "n" + std::to_string(i));
  }
}

TEST_CASE("no key, an unknown key and more than one key are told apart") {
  CHECK(kind({}) == Kind::absent);
  CHECK(kind({field("key-one", "X-Other")}, "api_keys=key-one&xapi_key=key-one&&=") ==
        Kind::absent);
  CHECK(kind({field("key-on")}) == Kind::unknown);
  CHECK(kind({field("")}) == Kind::unknown);
  CHECK(kind({}, "api_key") == Kind::unknown);
  CHECK(kind({}, "API_KEY=key-one") == Kind::absent);
  CHECK(kind({field("key-one"), field("key-one")}) == Kind::malformed);
  CHECK(kind({field("key-one")}, "api_key=key-one") == Kind::malformed);
  CHECK(kind({}, "api_key=key-one&api_key=key-one") == Kind::malformed);
  CHECK(kind({}, "api_key=key-one&api%5fkey=x") == Kind::malformed);
  CHECK(kind({}, "api_key=%zz") == Kind::malformed);
  CHECK(kind({}, "api_key=a%2") == Kind::malformed);
  CHECK(kind({}, "api_key=%") == Kind::malformed);
}

TEST_CASE("a key ends when it says so; one whose end cannot be read never counts") {
  CHECK(kind({field("key-old")}, "", kEnd - 1) == Kind::good);
  CHECK(kind({field("key-old")}, "", kEnd) == Kind::expired);
  CHECK(kind({field("key-odd")}, "", 0) == Kind::unknown);
}

TEST_CASE("what is hashed for a request is bounded") {
  config::ApiKeyAuth auth;
  auth.header = "X-API-Key";
  auth.query = "k";
  auth.keys = {key("long", std::string(kMaxApiKeySize, 'k')),
               key("over", std::string(kMaxApiKeySize + 1, 'k'))};
  const ApiKeyRules bounded(auth);
  const std::string longest(kMaxApiKeySize, 'k');
  CHECK(bounded.check({field(longest)}, "", 0).kind == Kind::good);
  CHECK(bounded.check({field(longest + "k")}, "", 0).kind == Kind::unknown);
  CHECK(bounded.check({}, "k=" + longest, 0).kind == Kind::good);
  CHECK(bounded.check({}, "k=" + longest + "k", 0).kind == Kind::unknown);
  CHECK(bounded.check({}, "k=" + std::string(3 * kMaxApiKeySize + 1, 'k'), 0).kind ==
        Kind::malformed);
}

TEST_CASE("a digest is 64 hex digits") {
  const std::string digits(64, 'a');
  CHECK(parse_sha256(digits).has_value());
  CHECK(parse_sha256(std::string(64, 'F')).has_value());
  CHECK_FALSE(parse_sha256(digits + "a").has_value());
  CHECK_FALSE(parse_sha256(digits.substr(1)).has_value());
  CHECK_FALSE(parse_sha256(digits.substr(1) + "g").has_value());
}
