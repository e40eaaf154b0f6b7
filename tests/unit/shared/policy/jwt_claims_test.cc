#include "shared/policy/jwt_claims.h"

#include <doctest/doctest.h>

namespace {

using namespace gateway::policy;

using Texts = std::vector<std::string>;

ClaimSet read(std::string_view json, const char* roles = "roles", const char* scope = "scope") {
  ClaimSet claims;
  const char* why = read_claims(json, {roles, scope}, claims);
  CAPTURE(json);
  CHECK(std::string(why == nullptr ? "" : why).empty());
  return claims;
}

bool refused(std::string_view json) {
  ClaimSet claims;
  return read_claims(json, {"roles", "scope"}, claims) != nullptr;
}

std::string claim(const ClaimSet& claims, std::string_view name) {
  for (const auto& [known, value] : claims.claims) {
    if (known == name) return value;
  }
  return "(none)";
}

}  // namespace

TEST_CASE("roles are a list or one text, at the top or further down") {
  CHECK(read(R"({"roles":["a","b c"]})").roles == Texts{"a", "b c"});
  CHECK(read(R"({"roles":"a b"})").roles == Texts{"a b"});
  CHECK(read(R"({"roles":[]})").roles.empty());
  CHECK(read(R"({"roles":[["a"],{"x":"b"},"c",1,true,null]})").roles == Texts{"c", "1"});
  CHECK(read(R"({"realm_access":{"roles":["a"]},"roles":["b"]})", "realm_access.roles").roles ==
        Texts{"a"});
  CHECK(read(R"({"realm_access":{"roles":["a"]}})").roles.empty());
  CHECK(read(R"({"https://x.example/roles":["a"]})", "https://x.example/roles").roles ==
        Texts{"a"});
  CHECK(read(R"({"":{"roles":["a"]},"x":{"":{"roles":["b"]}}})").roles.empty());
  // The nested one can be forwarded under the name that the config gives it.
  CHECK(claim(read(R"({"realm_access":{"roles":["a","b"]}})", "realm_access.roles"),
              "realm_access.roles") == "a,b");
}

TEST_CASE("scopes are a list, or parted by spaces") {
  CHECK(read(R"({"scope":"read write"})").scopes == Texts{"read", "write"});
  CHECK(read(R"({"scope":"  read  "})").scopes == Texts{"read"});
  CHECK(read(R"({"scope":""})").scopes.empty());
  CHECK(read(R"({"scp":["read","write all"]})", "roles", "scp").scopes ==
        Texts{"read", "write all"});
}

TEST_CASE("what a field cannot carry unchanged is not forwarded") {
  const ClaimSet claims = read(
      R"({"a":"x\r\ny","b":"x\u0000","c":" x","d":"x ","e":"","f":["x","y,z"],"g":["x","y\n"],)"
      R"("h":["ok","fine"],"i":"x, y","j":"\u00e9\u007f","k":"\u00e9","l":["x",""],"m":{"n":"o"}})");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "j", "l", "m", "n", "m.n"}) {
    CAPTURE(name);
    CHECK(claim(claims, name) == "(none)");
  }
  CHECK(claim(claims, "h") == "ok,fine");
  CHECK(claim(claims, "i") == "x, y");
  CHECK(claim(claims, "k") == "\xC3\xA9");
}

TEST_CASE("what is forwarded is bounded in number and length") {
  std::string json = "{\"first\":1";
  for (std::size_t i = 1; i <= kMaxClaims; ++i) json += ",\"c" + std::to_string(i) + "\":1";
  const ClaimSet many = read(json + "}");
  CHECK(many.claims.size() == kMaxClaims);
  CHECK(claim(many, "c" + std::to_string(kMaxClaims - 1)) == "1");
  CHECK(claim(many, "c" + std::to_string(kMaxClaims)) == "(none)");
  const std::string longest(kMaxClaimSize, 'v');
  CHECK(claim(read("{\"v\":\"" + longest + "\"}"), "v") == longest);
  CHECK(claim(read("{\"v\":\"v" + longest + "\"}"), "v") == "(none)");
  const std::string half(kMaxClaimSize / 2, 'v');
  CHECK(claim(read("{\"v\":[\"" + half + "\",\"" + half.substr(1) + "\"]}"), "v").size() ==
        kMaxClaimSize);
  CHECK(claim(read("{\"v\":[\"" + half + "\",\"" + half + "\",\"x\"]}"), "v") == "(none)");
  const std::string name(kMaxClaimName, 'n');
  CHECK(claim(read("{\"" + name + "\":1}"), name) == "1");
  CHECK(claim(read("{\"n" + name + "\":1}"), "n" + name) == "(none)");
}

TEST_CASE("too many roles, or too long ones, are refused rather than cut") {
  const auto list = [](std::size_t count, std::size_t size) {
    std::string json = "[";
    for (std::size_t i = 0; i < count; ++i) {
      json += (i == 0 ? "\"" : ",\"") + std::string(size, 'r') + "\"";
    }
    return json + "]";
  };
  CHECK(read("{\"roles\":" + list(kMaxRoles, 3) + "}").roles.size() == kMaxRoles);
  CHECK(refused("{\"roles\":" + list(kMaxRoles + 1, 3) + "}"));
  CHECK_FALSE(refused("{\"scope\":" + list(1, kMaxRoleSize) + "}"));
  CHECK(refused("{\"scope\":" + list(1, kMaxRoleSize + 1) + "}"));
  CHECK_FALSE(refused("{\"aud\":" + list(kMaxAudiences, 3) + "}"));
  CHECK(refused("{\"aud\":" + list(kMaxAudiences + 1, 3) + "}"));
}

TEST_CASE("a registered claim has its own type") {
  for (const char* json :
       {R"({"sub":["a"]})", R"({"sub":true})", R"({"sub":1.5})", R"({"iss":1})", R"({"aud":true})",
        R"({"azp":["a"]})", R"({"exp":"1"})", R"({"iat":[1]})"}) {
    CAPTURE(json);
    CHECK(refused(json));
  }
  CHECK(read(R"({"active":true})").active == true);
  CHECK(read(R"({"active":true,"valid":false})").active == false);
  CHECK(read(R"({"valid":false,"active":true})").active == false);
  CHECK(read(R"({"active":"true"})").active == std::nullopt);
}
