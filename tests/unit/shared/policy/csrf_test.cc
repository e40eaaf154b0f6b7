#include "shared/policy/csrf.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/shared/policy/fields_of.h"

namespace gateway::policy {
namespace {

using config::CsrfMode;
using Kind = CsrfVerdict::Kind;
using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

constexpr OwnSite kOwn{true, "api.example"};

CsrfVerdict decide(std::string_view method, const Fields& fields,
                   CsrfMode mode = CsrfMode::origin) {
  OriginSet trusted;
  trusted.add("https://app.example");
  config::Security names;
  names.csrf_cookie = "csrf";
  names.csrf_header = "X-CSRF-Token";
  return CsrfRules(mode, names, &trusted).decide(method, fields, kOwn);
}

// A POST with a cookie and these fields.
Kind post(Pairs pairs) {
  Fields fields = fields_of({{"Cookie", "session=1"}});
  for (const Field& field : fields_of(pairs)) fields.push_back(field);
  const CsrfVerdict verdict = decide("POST", fields);
  CHECK(*verdict.why != '\0');
  return verdict.kind;
}

Kind with_token(std::string_view cookie, Pairs pairs) {
  Fields fields = fields_of({{"Cookie", cookie}, {"Sec-Fetch-Site", "same-origin"}});
  for (const Field& field : fields_of(pairs)) fields.push_back(field);
  return decide("POST", fields, CsrfMode::token).kind;
}

TEST_CASE("safe methods, and requests without what browsers add, need no check") {
  const Fields evil = fields_of({{"Cookie", "s=1"}, {"Origin", "https://evil.example"}});
  for (const std::string_view method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    CHECK(decide(method, evil).kind == Kind::not_needed);
  }
  for (const std::string_view method : {"POST", "PUT", "PATCH", "DELETE", "get", "X"}) {
    CHECK(decide(method, evil).kind == Kind::refused);
  }
  CHECK(decide("POST", evil, CsrfMode::off).kind == Kind::not_needed);
  CHECK(decide("POST", fields_of({{"Origin", "https://evil.example"}})).kind == Kind::not_needed);
  CHECK(decide("POST", fields_of({{"Authorization", "Bearer x"}})).kind == Kind::not_needed);
  for (const std::string_view value :
       {"Basic eDp5", "basic eDp5", "Negotiate x", "NTLM x", "Digest x", "Basic"}) {
    CHECK(decide("POST", fields_of({{"Authorization", value}})).kind == Kind::refused);
  }
}

TEST_CASE("Sec-Fetch-Site is believed first") {
  CHECK(post({{"Sec-Fetch-Site", "same-origin"}}) == Kind::passed);
  CHECK(post({{"Sec-Fetch-Site", "none"}}) == Kind::passed);
  CHECK(post({{"Sec-Fetch-Site", "cross-site"}}) == Kind::refused);
  CHECK(post({{"Sec-Fetch-Site", "same-site"}}) == Kind::refused);
  CHECK(post({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://app.example"}}) ==
        Kind::passed);
  CHECK(post({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}}) ==
        Kind::refused);
  CHECK(post({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "null"}}) == Kind::refused);
  CHECK(post({{"Sec-Fetch-Site", "cross-site"}, {"Referer", "https://app.example/"}}) ==
        Kind::refused);
  CHECK(post({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "same-origin"}}) ==
        Kind::refused);
}

TEST_CASE("a Sec-Fetch-Site that nobody knows tells nothing") {
  CHECK(post({{"Sec-Fetch-Site", "nearby"}, {"Origin", "https://evil.example"}}) == Kind::refused);
  CHECK(post({{"Sec-Fetch-Site", "nearby"}, {"Origin", "https://api.example"}}) == Kind::passed);
  CHECK(post({{"Sec-Fetch-Site", ""}}) == Kind::refused);
}

TEST_CASE("then Origin: the own one or one that the CORS rules name") {
  CHECK(post({{"Origin", "https://api.example"}}) == Kind::passed);
  CHECK(post({{"Origin", "https://app.example"}}) == Kind::passed);
  CHECK(post({{"Origin", "http://api.example"}}) == Kind::refused);
  CHECK(post({{"Origin", "https://api.example.evil.example"}}) == Kind::refused);
  CHECK(post({{"Origin", "https://evil.example"}, {"Referer", "https://api.example/"}}) ==
        Kind::refused);
  for (const std::string_view origin : {"null", "", "https://api.example/", "\xff"}) {
    CHECK(post({{"Origin", origin}, {"Referer", "https://api.example/"}}) == Kind::refused);
  }
  CHECK(post({{"Origin", "https://api.example"}, {"Origin", "https://api.example"}}) ==
        Kind::refused);
}

TEST_CASE("then Referer; without any of them the request is refused") {
  CHECK(post({{"Referer", "https://api.example/form?x=1"}}) == Kind::passed);
  CHECK(post({{"Referer", "https://app.example"}}) == Kind::passed);
  CHECK(post({{"Referer", "https://evil.example/?https://api.example/"}}) == Kind::refused);
  CHECK(post({{"Referer", "https://api.example@evil.example/"}}) == Kind::refused);
  CHECK(post({{"Referer", "about:blank"}}) == Kind::refused);
  CHECK(post({{"Referer", ""}}) == Kind::refused);
  CHECK(post({{"Referer", "https://api.example/"}, {"Referer", "https://api.example/"}}) ==
        Kind::refused);
  CHECK(post({}) == Kind::refused);
}

TEST_CASE("without CORS rules only the own origin passes") {
  const CsrfRules rules(CsrfMode::origin, {}, nullptr);
  const auto kind = [&rules](std::string_view origin) {
    return rules.decide("POST", fields_of({{"Cookie", "s=1"}, {"Origin", origin}}), kOwn).kind;
  };
  CHECK(kind("https://api.example") == Kind::passed);
  CHECK(kind("https://app.example") == Kind::refused);
}

TEST_CASE("a double-submit token is there once in both places and equal") {
  CHECK(with_token("csrf=abc", {{"x-csrf-token", "abc"}}) == Kind::passed);
  CHECK(with_token("csrf=abc", {{"X-CSRF-Token", "abd"}}) == Kind::refused);
  CHECK(with_token("csrf=abc", {{"X-CSRF-Token", "ab"}}) == Kind::refused);
  CHECK(with_token("csrf=abc", {}) == Kind::refused);
  CHECK(with_token("s=1", {{"X-CSRF-Token", "abc"}}) == Kind::refused);
  CHECK(with_token("csrf=", {{"X-CSRF-Token", ""}}) == Kind::refused);
  CHECK(with_token("csrf=abc; csrf=xyz", {{"X-CSRF-Token", "abc"}}) == Kind::refused);
  CHECK(with_token("csrf=abc", {{"X-CSRF-Token", "abc"}, {"X-CSRF-Token", "abc"}}) ==
        Kind::refused);
}

TEST_CASE("a token does not excuse another site") {
  CHECK(decide("POST",
               fields_of({{"Cookie", "csrf=abc"},
                          {"X-CSRF-Token", "abc"},
                          {"Origin", "https://evil.example"}}),
               CsrfMode::token)
            .kind == Kind::refused);
}

}  // namespace
}  // namespace gateway::policy
