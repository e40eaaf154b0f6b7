#include "shared/decision/explain.h"
#include "tests/unit/shared/decision/explained.h"
#include "tests/unit/shared/policy/signer.h"

namespace gateway::decision {
namespace {

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef";
constexpr char kHeader[] = R"({"alg":"HS256","typ":"JWT"})";

constexpr char kJwt[] = R"(
[auth.jwt]
algorithms = ["HS256"]
secret = "0123456789abcdef0123456789abcdef"
forward = { "X-User-Id" = "sub", "X-User-Roles" = "roles" }
[routes.all]
path = "/*"
service = "samples"
auth = ["jwt"]
roles = ["lab", "admin"]
)";

std::string bearer(const std::string& claims, std::string_view secret = kSecret) {
  return "Authorization: Bearer " + policy::testing::hs_token(kHeader, claims, secret);
}

// Two hours past Explained::kNow.
constexpr char kGood[] = R"({"sub":"u-17","roles":["lab"],"exp":1767330245})";

TEST_CASE("a token: good, expired, forged, missing, malformed") {
  Explained explained(kJwt);
  const auto good = explained("GET", "/x", {bearer(kGood)});
  CHECK(line_of(good, "auth") == "jwt ok | sub=u-17 roles=[lab] | expires in 2h");
  CHECK(line_of(good, "access") == "roles lab ∈ [lab, admin]");
  CHECK(line_of(good, "headers") == "+ X-User-Id: u-17");
  CHECK(line_of(good, "headers", 1) == "+ X-User-Roles: lab");
  CHECK(outcome_of(good) == "forward GET /x");

  const auto expired = explained("GET", "/x", {bearer(R"({"sub":"u-17","exp":1767322000})")});
  CHECK(line_of(expired, "auth").starts_with("refused: refused | "));
  CHECK(line_of(expired, "auth").find("expired") != std::string::npos);
  CHECK(outcome_of(expired) == "answer 401 unauthenticated");

  const auto forged = explained("GET", "/x", {bearer(kGood, "another secret of thirty-two b.!")});
  CHECK(line_of(forged, "auth").starts_with("refused: refused | "));
  CHECK(outcome_of(forged) == "answer 401 unauthenticated");

  CHECK(line_of(explained("GET", "/x"), "auth") ==
        "refused: refused | The request carries no credentials.");
  CHECK(outcome_of(explained("GET", "/x", {"Authorization: Bearer \"\""})).starts_with("answer 4"));
}

TEST_CASE("access: a role that is not held, and an assumed user who holds it") {
  Explained explained(kJwt);
  const auto refused =
      explained("GET", "/x", {bearer(R"({"sub":"u-18","roles":["guest"],"exp":1767330245})")});
  CHECK(line_of(refused, "access").starts_with("refused: roles guest ∉ [lab, admin]: "));
  CHECK(outcome_of(refused) == "answer 403 forbidden");

  auto assumed = Explained::request("GET", "/x", {"X-User-Id: root"});
  assumed.user = "u-19";
  assumed.roles = {"admin", "guest"};
  const auto found = explained(assumed);
  CHECK(line_of(found, "auth") == "assumed | sub=u-19 roles=[admin, guest]");
  CHECK(line_of(found, "access") == "roles admin ∈ [lab, admin]");
  CHECK(line_of(found, "headers") == "- X-User-Id");
  CHECK(line_of(found, "headers", 1) == "+ X-User-Id: u-19");
  CHECK(found.notes.empty());
}

TEST_CASE("scopes") {
  Explained explained(R"(
[auth.jwt]
algorithms = ["HS256"]
secret = "0123456789abcdef0123456789abcdef"
[routes.all]
path = "/*"
service = "samples"
auth = ["jwt"]
scopes = ["read"]
)");
  auto request = Explained::request("GET", "/x");
  request.user = "u-17";
  request.scopes = {"read", "write"};
  CHECK(line_of(explained(request), "access") == "scopes [read] ⊆ [read, write]");
  request.scopes = {"write"};
  CHECK(line_of(explained(request), "access").starts_with("refused: scopes [read] ⊈ [write]: "));
}

TEST_CASE("on a public route an assumed user changes nothing, and that is said") {
  Explained explained("[routes.all]\npath = \"/*\"\nservice = \"auth\"\n");
  auto request = Explained::request("GET", "/x");
  request.user = "u-17";
  const auto found = explained(request);
  CHECK(line_of(found, "auth") == "public");
  CHECK(found.notes.size() == 1);
}

TEST_CASE("limits per user come after the user") {
  Explained explained(std::string(kJwt) + R"(
limits = ["each"]
[limits.each]
key = ["user"]
limit = 5
window = "1h"
)");
  const auto found = explained("GET", "/x", {bearer(kGood)});
  CHECK(line_of(found, "limit") == "each | user u-17 | 0 of 5 used, window ends in 56m");
}

TEST_CASE("a Basic password is verified in place") {
  const auto hash = policy::PasswordHash::make("correct horse", std::string(16, 's'), {10, 8, 1});
  REQUIRE(hash);
  Explained explained(R"(
[auth.basic]
[[auth.basic.users]]
name = "ann"
hash = ")" + hash->to_string() +
                      R"("
roles = ["lab"]
[routes.all]
path = "/*"
service = "samples"
auth = ["basic"]
)");
  const auto basic = [](const std::string& pair) {
    return "Authorization: Basic " + encode_base64(Base64::standard, pair);
  };
  CHECK(line_of(explained("GET", "/x", {basic("ann:correct horse")}), "auth") ==
        "basic ok | sub=ann roles=[lab]");
  CHECK(outcome_of(explained("GET", "/x", {basic("ann:wrong")})) == "answer 401 unauthenticated");
  CHECK(outcome_of(explained("GET", "/x", {basic("bob:correct horse")})) ==
        "answer 401 unauthenticated");
}

TEST_CASE("a service that would be asked is not, and the outcome is open") {
  Explained explained(R"(
[auth.introspect]
service = "auth"
path = "/validate"
protocol = "validate"
[routes.all]
path = "/*"
service = "samples"
auth = ["introspect"]
)");
  const auto found = explained("GET", "/x", {"Authorization: Bearer abc"});
  CHECK(
      line_of(found, "auth").starts_with("open: introspect | would ask service auth at /validate"));
  CHECK(outcome_of(found) == "open");
  CHECK_FALSE(found.reason.empty());
  auto assumed = Explained::request("GET", "/x");
  assumed.user = "u-17";
  CHECK(outcome_of(explained(assumed)) == "forward GET /x");
}

TEST_CASE("keys that would be fetched, and keys that are not at hand") {
  Explained fetched(R"(
[auth.jwt]
algorithms = ["RS256"]
jwks_url = "http://keys.example/jwks.json"
[routes.all]
path = "/*"
service = "samples"
auth = ["jwt"]
)");
  const auto open = fetched("GET", "/x", {bearer(kGood)});
  CHECK(line_of(open, "auth")
            .starts_with("open: jwt | would fetch keys from http://keys.example/jwks.json"));
  CHECK(outcome_of(open) == "open");

  Explained unread(R"(
[auth.jwt]
algorithms = ["RS256"]
public_key_file = "/nonexistent/key.pem"
[routes.all]
path = "/*"
service = "samples"
auth = ["jwt"]
)");
  const auto missing = unread("GET", "/x", {bearer(kGood)});
  CHECK(line_of(missing, "auth") == "open: jwt | the keys of auth.jwt are not at hand");
  CHECK(outcome_of(missing) == "open");
  CHECK(outcome_of(unread("GET", "/x")) == "answer 401 unauthenticated");
}

}  // namespace
}  // namespace gateway::decision
