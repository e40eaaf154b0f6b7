#include "shared/policy/request_rules.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/unit/shared/policy/fields_of.h"

namespace gateway::policy {
namespace {

constexpr RequestSizes kBody{10, 0, true};

config::RoutePolicies taking(std::initializer_list<std::string_view> types) {
  config::RoutePolicies route;
  for (const std::string_view type : types) route.content_types.push_back({std::string(type), {}});
  return route;
}

bool takes(const config::RoutePolicies& route, std::string_view type) {
  const auto fault = RequestRules(route).decide(fields_of({{"Content-Type", type}}), kBody);
  if (fault) {
    CHECK(fault->decider == Decider::unsupported_media);
    CHECK(*fault->why != '\0');
  }
  return !fault;
}

TEST_CASE("a route without rules takes everything") {
  const RequestRules rules{config::RoutePolicies{}};
  CHECK_FALSE(rules.decide({}, kBody));
  CHECK_FALSE(rules.decide(fields_of({{"Content-Type", "junk"}}), {1u << 30, 1u << 30, true}));
}

TEST_CASE("media types are compared without parameters and case") {
  const auto json = taking({"Application/JSON; charset=utf-8"});
  CHECK(takes(json, "application/json"));
  CHECK(takes(json, "APPLICATION/Json ;charset=\"utf-8\""));
  CHECK_FALSE(takes(json, "application/jsonx"));
  CHECK_FALSE(takes(json, "application/json+x"));
  CHECK_FALSE(takes(json, "text/json"));
  for (const std::string_view type :
       {"", "application", "application/", "/json", "application /json", "application/json/x",
        "application/json, text/html", ";application/json", "*/*", "\xff/\xff"}) {
    CAPTURE(type);
    CHECK_FALSE(takes(json, type));
  }
}

TEST_CASE("a whole type, or a structured suffix, can be listed") {
  CHECK(takes(taking({"image/*"}), "image/png"));
  CHECK_FALSE(takes(taking({"image/*"}), "images/png"));
  CHECK_FALSE(takes(taking({"image/*"}), "image/"));
  CHECK_FALSE(takes(taking({"image/*"}), "image/p ng"));
  const auto suffix = taking({"application/*+json"});
  CHECK(takes(suffix, "application/problem+json"));
  CHECK(takes(suffix, "application/a+b+JSON; x=y"));
  CHECK_FALSE(takes(suffix, "application/json"));
  CHECK_FALSE(takes(suffix, "application/+json"));
  CHECK_FALSE(takes(suffix, "text/problem+json"));
  CHECK(takes(taking({"text/plain", "image/*"}), "image/gif"));
}

TEST_CASE("a type is asked for only where there is a body, and then once") {
  const RequestRules rules(taking({"application/json"}));
  CHECK_FALSE(rules.decide({}, {10, 0, false}));
  CHECK_FALSE(rules.decide(fields_of({{"Content-Type", "text/html"}}), {10, 0, false}));
  CHECK(rules.decide({}, kBody)->decider == Decider::unsupported_media);
  const auto twice = rules.decide(
      fields_of({{"Content-Type", "application/json"}, {"Content-Type", "application/json"}}),
      kBody);
  REQUIRE(twice);
  CHECK(twice->decider == Decider::unsupported_media);
}

TEST_CASE("entries that name no media type are reported and match nothing") {
  for (const std::string_view text :
       {"", "json", "*/*", "*", "*/json", "application/", "/json", "application/*json",
        "application/x*", "application/*+", "application/*+*", "a b/c", "app*/json", "a/b/c"}) {
    CAPTURE(text);
    CHECK(RequestRules::content_type_fault(text) != nullptr);
    CHECK_FALSE(takes(taking({text}), "application/json"));
  }
  for (const std::string_view text :
       {"application/json", "image/*", "application/*+json", "text/plain;charset=utf-8"}) {
    CHECK(RequestRules::content_type_fault(text) == nullptr);
  }
  CHECK(RequestRules::required_header_fault("X-Tenant") == nullptr);
  CHECK(RequestRules::required_header_fault("X Tenant") != nullptr);
  CHECK(RequestRules::required_header_fault("") != nullptr);
}

TEST_CASE("a required field must be there and not be empty") {
  config::RoutePolicies route;
  route.required_headers = {{"X-Tenant", {}}, {"Authorization", {}}};
  const RequestRules rules(route);
  CHECK_FALSE(rules.decide(fields_of({{"authorization", "x"}, {"x-tenant", "1"}}), {}));
  const auto missing = rules.decide(fields_of({{"X-Tenant", "1"}}), {});
  REQUIRE(missing);
  CHECK(missing->decider == Decider::invalid_request);
  CHECK(missing->name == "Authorization");
  const auto empty = rules.decide(fields_of({{"X-Tenant", ""}, {"Authorization", "x"}}), {});
  REQUIRE(empty);
  CHECK(empty->name == "X-Tenant");
  CHECK(std::string(empty->why).find("empty") != std::string::npos);
}

TEST_CASE("query and URL may be as long as the route says, and not a byte longer") {
  config::RoutePolicies route;
  route.max_query_size = 5;
  route.max_url_size = 20;
  const RequestRules rules(route);
  CHECK_FALSE(rules.decide({}, {20, 5, false}));
  CHECK(rules.decide({}, {21, 5, false})->decider == Decider::uri_too_long);
  CHECK(rules.decide({}, {20, 6, false})->decider == Decider::uri_too_long);
  route.max_query_size = 0;
  CHECK_FALSE(RequestRules(route).decide({}, {20, 0, false}));
  CHECK(RequestRules(route).decide({}, {20, 1, false}));
}

}  // namespace
}  // namespace gateway::policy
