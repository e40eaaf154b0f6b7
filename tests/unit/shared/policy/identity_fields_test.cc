#include "shared/policy/identity_fields.h"

#include <doctest/doctest.h>

#include <string>

namespace gateway::policy {
namespace {

using config::AuthMethod;
using Pairs = std::vector<config::NamedText>;

config::Auth auth(Pairs jwt, Pairs api_key = {}) {
  config::Auth made;
  made.jwt.emplace().forward = std::move(jwt);
  made.api_key.emplace().forward = std::move(api_key);
  return made;
}

std::string lines(const IdentityFields& fields, const Identity& identity,
                  AuthMethod method = AuthMethod::jwt) {
  std::string out = "|";
  fields.append_lines(method, identity, out);
  return out;
}

Identity ann() {
  Identity identity;
  identity.user = "ann";
  identity.method = "jwt";
  identity.roles = {"lab", "admin"};
  identity.scopes = {"read", "write"};
  identity.claims = {{"sub", "ann"}, {"tenant", "acme"}};
  return identity;
}

TEST_CASE("each way to authenticate forwards its own fields") {
  const IdentityFields fields(auth({{"X-User-Id", "sub", {}},
                                    {"X-User-Roles", "roles", {}},
                                    {"X-Scope", "scope", {}},
                                    {"X-Tenant", "tenant", {}},
                                    {"X-None", "none", {}}},
                                   {{"X-Key", "sub", {}}, {"X-Scopes", "scopes", {}}}));
  CHECK(lines(fields, ann()) ==
        "|X-User-Id: ann\r\nX-User-Roles: lab,admin\r\nX-Scope: read,write\r\nX-Tenant: acme\r\n");
  CHECK(lines(fields, ann(), AuthMethod::api_key) == "|X-Key: ann\r\nX-Scopes: read,write\r\n");
  CHECK(lines(fields, ann(), AuthMethod::basic) == "|");
}

TEST_CASE("no client may send what any way to authenticate forwards, however it is spelled") {
  const IdentityFields fields(auth({{"X-User-Id", "sub", {}}}, {{"X_Key-Owner", "sub", {}}}));
  for (const char* name : {"X-User-Id", "x-user-id", "X_User_Id", "X-USER_ID", "X.User.Id",
                           "x~user!id", "X-Key-Owner", "x_key_owner", "X|Key'Owner"}) {
    CAPTURE(name);
    CHECK(fields.drops({name, "", "", FieldId::other}));
  }
  for (const char* name : {"X-User-Idx", "XX-User-Id", "XUserId", "X-User--Id", "X-User-Name", "",
                           "X-User1Id", "Host"}) {
    CAPTURE(name);
    CHECK_FALSE(fields.drops({name, "", "", FieldId::other}));
  }
  CHECK(IdentityFields().empty());
  CHECK_FALSE(IdentityFields().covers("X-User-Id"));
}

TEST_CASE("a value that would not arrive as it is has no line") {
  const IdentityFields fields(auth({{"X-User-Id", "sub", {}}, {"X-Tenant", "tenant", {}}}));
  for (const std::string& hostile :
       {std::string("a\r\nX-Admin: 1"), std::string("a\n"), std::string("a\0b", 3),
        std::string("\x7f"), std::string("\ta"), std::string(" ann"), std::string("ann "),
        std::string()}) {
    CAPTURE(hostile);
    Identity identity = ann();
    identity.user = hostile;
    CHECK(lines(fields, identity) == "|X-Tenant: acme\r\n");
    identity = ann();
    identity.claims[1].second = hostile;
    CHECK(lines(fields, identity) == "|X-User-Id: ann\r\n");
  }
  Identity identity = ann();
  identity.user = "J\xc3\xbcrgen";
  CHECK(lines(fields, identity) == "|X-User-Id: J\xc3\xbcrgen\r\nX-Tenant: acme\r\n");
}

TEST_CASE("a role cannot be two, nor break the line") {
  const IdentityFields fields(auth({{"X-Roles", "roles", {}}}));
  Identity identity = ann();
  identity.roles = {"lab,admin", "a\r\nX: 1", "", " admin", "ok", "admin\n"};
  CHECK(lines(fields, identity) == "|X-Roles: ok\r\n");
  identity.roles = {"a,b"};
  CHECK(lines(fields, identity) == "|");
}

TEST_CASE("the longest value, and one byte more") {
  const IdentityFields fields(auth({{"U", "sub", {}}, {"R", "roles", {}}}));
  Identity identity = ann();
  identity.user.assign(kMaxIdentityValueBytes, 'u');
  identity.roles = {std::string(kMaxIdentityValueBytes - 2, 'r'), "s"};
  CHECK(lines(fields, identity).size() == 1 + 2 * (kMaxIdentityValueBytes + 5));
  identity.user += 'u';
  identity.roles[1] = "ss";
  CHECK(lines(fields, identity) == "|");
  identity.roles.assign(100'000, "role");
  CHECK(lines(fields, identity) == "|");
}

TEST_CASE("names that cannot tell who the user is are refused") {
  const auto count = [](Pairs forward) {
    return IdentityFields::faults(auth(std::move(forward))).size();
  };
  CHECK(count({{"X-User-Id", "sub", {}}, {"X-User-Name", "name", {}}}) == 0);
  for (const char* name : {"", "X User", "X:User", "X-User\r\n", "Host", "content-length",
                           "Connection", "Proxy-User", "X-Request-Id", "Via", "Forwarded"}) {
    CAPTURE(name);
    CHECK(count({{name, "sub", {}}}) == 1);
  }
  CHECK(count({{"X-User", "", {}}}) == 1);
  CHECK(count({{"X-User", std::string(kMaxIdentityNameBytes, 'c'), {}}}) == 0);
  CHECK(count({{"X-User", std::string(kMaxIdentityNameBytes + 1, 'c'), {}}}) == 1);
  CHECK(count({{"X-User-Id", "sub", {}}, {"x_user_id", "uid", {}}}) == 1);

  Pairs most;
  for (std::size_t i = 0; i < kMaxForwardedClaims; ++i) {
    most.push_back({"X-" + std::to_string(i), "sub", {}});
  }
  CHECK(count(most) == 0);
  most.push_back({"X-More", "sub", {}});
  CHECK(count(most) == 1);
}

}  // namespace
}  // namespace gateway::policy
