#include "shared/policy/access.h"

#include <doctest/doctest.h>

#include "shared/policy/challenge.h"

namespace {

using namespace gateway::policy;

Identity with(std::vector<std::string> roles, std::vector<std::string> scopes) {
  Identity who;
  who.user = "u";
  who.roles = std::move(roles);
  who.scopes = std::move(scopes);
  return who;
}

AccessRules asking(std::vector<std::string> roles, std::vector<std::string> scopes) {
  AccessRules rules;
  rules.roles = std::move(roles);
  rules.scopes = std::move(scopes);
  return rules;
}

}  // namespace

TEST_CASE("one of the roles and all of the scopes are needed") {
  const AccessRules rules = asking({"lab", "admin"}, {"read", "write"});
  const auto fault = [&](const Identity& who) {
    const char* why = access_fault(rules, &who);
    return std::string(why == nullptr ? "" : why);
  };
  CHECK(fault(with({"x", "admin"}, {"write", "read", "more"})).empty());
  CHECK(fault(with({"x"}, {"write", "read"})) == "this needs a role that you do not have");
  CHECK(fault(with({}, {"write", "read"})) == "this needs a role that you do not have");
  CHECK(fault(with({"Lab"}, {"write", "read"})) == "this needs a role that you do not have");
  CHECK(fault(with({"lab"}, {"read"})) == "this needs a scope that your credentials do not have");
  CHECK(access_fault(rules, nullptr) != nullptr);
  CHECK(access_fault(AccessRules(), nullptr) == nullptr);
  const Identity anyone = with({}, {});
  CHECK(access_fault(AccessRules(), &anyone) == nullptr);
  const Identity reader = with({}, {"read"});
  CHECK(access_fault(asking({}, {"read"}), &reader) == nullptr);
}

TEST_CASE("rules are those of the route") {
  gateway::config::RoutePolicies route;
  route.roles.resize(1);
  route.roles[0].value = "lab";
  route.scopes.resize(1);
  route.scopes[0].value = "read";
  const AccessRules rules(route);
  CHECK(rules.roles == std::vector<std::string>{"lab"});
  CHECK(rules.scopes == std::vector<std::string>{"read"});
}

TEST_CASE("challenges are those of RFC 6750 and RFC 7617, one after the other") {
  std::string out;
  append_bearer_challenge("api", "", "", out);
  CHECK(out == R"(Bearer realm="api")");
  append_basic_challenge("say \"hi\" \\", out);
  append_api_key_challenge("api", "X-API-Key", out);
  CHECK(out == R"(Bearer realm="api", Basic realm="say \"hi\" \\", charset="UTF-8", )"
               R"(ApiKey realm="api", header="X-API-Key")");
  out.clear();
  append_bearer_challenge("api", "invalid_token", "the token has expired", out);
  CHECK(out == R"(Bearer realm="api", error="invalid_token", )"
               R"(error_description="the token has expired")");
  out.clear();
  append_scope_challenge("api", {"read", "write"}, "more is needed", out);
  CHECK(out == R"(Bearer realm="api", error="insufficient_scope", )"
               R"(error_description="more is needed", scope="read write")");
}
