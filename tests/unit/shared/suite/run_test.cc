#include "tests/unit/shared/suite/suites.h"

using namespace gateway;
using namespace gateway::suite;

namespace {

constexpr char kConfig[] = R"(
[routes.things]
path = "/things/*"
methods = ["GET"]
service = "a"
rewrite = "/api/*"
limits = ["few"]
[routes.secret]
path = "/secret"
service = "b"
auth = ["jwt"]
roles = ["lab"]
[routes.secret.request]
remove = ["X-Debug"]
rename = { X-Old = "X-New" }
set = { X-Route = "${route.name}" }
[routes.moved]
path = "/moved"
redirect = { to = "/things/1", status = 308 }
[routes.asked]
path = "/asked"
service = "a"
auth = ["introspect"]
[routes.half]
path = "/half"
split = { a = 1, b = 1 }
[routes.off]
path = "/off"
service = "a"
enabled = false
[limits.few]
key = "ip"
limit = 3
window = "1m"
[auth.jwt]
algorithms = ["HS384"]
secret = "0123456789abcdef0123456789abcdef"
issuer = "https://issuer.example"
audience = ["one", "two"]
roles_claim = "realm_access.roles"
forward = { X-User = "sub" }
[auth.introspect]
service = "a"
path = "/validate"
)";

// The failures of a test with these keys.
std::string failing(const std::string& keys) {
  static const Subject subject = subject_of(kConfig);
  const Test test = test_of(keys);
  return failures_of(run(test, subject));
}

}  // namespace

TEST_CASE("route, service, path and query of a request that is sent on") {
  CHECK(failing("url = \"/things/7?x=1\"\nexpect = { route = \"things\", service = \"a\", path = "
                "\"/api/7\", query = \"x=1\", decided_by = \"upstream\" }") == "");
  CHECK(failing("url = \"/things/7\"\nexpect = { route = \"moved\", service = \"b\", path = "
                "\"/x\", query = \"y\", decided_by = \"respond\", status = 200 }") ==
        "route: \"moved\", \"things\"\n"
        "service: \"b\", \"a\"\n"
        "path: \"/x\", \"/api/7\"\n"
        "query: \"y\", none\n"
        "decided_by: \"respond\", \"upstream\"\n"
        "status: 200, it goes to service \"a\", which chooses the status\n");
}

TEST_CASE("an answer of the gateway's own") {
  CHECK(failing("url = \"/moved\"\nexpect = { route = \"moved\", service = \"\", status = 308, "
                "decided_by = \"respond\", headers = { location = \"/things/1\" } }") == "");
  CHECK(failing("url = \"/nothing\"\nexpect = { route = \"\", status = 404 }") == "");
  CHECK(failing("url = \"/secret\"\nexpect = { service = \"b\", path = \"/secret\", status = 403, "
                "route = \"\" }") ==
        "service: \"b\", the gateway answers 401 (unauthenticated)\n"
        "path: \"/secret\", the gateway answers 401 (unauthenticated)\n"
        "status: 403, 401 (unauthenticated)\n"
        "route: none, \"secret\"\n");
}

TEST_CASE("fields of the answer, and those that a service gets") {
  CHECK(failing("url = \"/things/7\"\nexpect.headers = { X-RateLimit-Limit = \"3\", "
                "X-RateLimit-Reset = \"*\" }\nexpect.no_headers = [\"Retry-After\"]") == "");
  CHECK(failing("url = \"/things/7\"\nexpect.headers = { X-RateLimit-Limit = \"4\", X-None = \"*\" "
                "}\nexpect.no_headers = [\"x-ratelimit-limit\"]") ==
        "headers.X-RateLimit-Limit: \"4\", \"3\"\n"
        "headers.X-None: any value, no such field\n"
        "no_headers: no x-ratelimit-limit, \"3\"\n");
  const std::string sent =
      "url = \"/secret\"\ntoken = { sub = \"u-17\", roles = [\"lab\"] }\n"
      "headers = { X-Debug = \"1\", X-Old = \"2\", X-Kept = \"3\", X-User = \"root\" }\n";
  CHECK(failing(sent +
                "expect.sent_headers = { X-User = \"u-17\", X-New = \"2\", X-Kept = \"3\", "
                "X-Route = \"secret\" }\nexpect.no_sent_headers = [\"X-Debug\", \"X-Old\"]") == "");
  CHECK(failing(sent + "expect.sent_headers = { X-User = \"root\" }\nexpect.no_sent_headers = "
                       "[\"X-New\"]") ==
        "sent_headers.X-User: \"root\", \"u-17\"\nno_sent_headers: no X-New, \"2\"\n");
}

TEST_CASE("tokens are signed so that they pass, and so that they do not") {
  const auto secret = [](const std::string& token, const std::string& expect) {
    return failing("url = \"/secret\"\ntoken = { " + token + " }\nexpect." + expect);
  };
  CHECK(secret("sub = \"u\", roles = [\"lab\"]", "service = \"b\"") == "");
  CHECK(secret("sub = \"u\", roles = [\"other\"]", "decided_by = \"forbidden\"") == "");
  CHECK(secret("sub = \"u\", roles = [\"lab\"], issuer = \"x\"", "status = 401") == "");
  CHECK(secret("sub = \"u\", roles = [\"lab\"], audience = \"two\"", "service = \"b\"") == "");
  CHECK(secret("sub = \"u\", roles = [\"lab\"], audience = \"three\"", "status = 401") == "");
  CHECK(secret("sub = \"u\", roles = [\"lab\"], expires = \"2025-12-31\"", "status = 401") == "");
  CHECK(secret("sub = \"u\", roles = [\"lab\"], expires_in = \"1s\"", "service = \"b\"") == "");
  CHECK(secret("sub = \"u\", roles = [\"lab\"], signed_with = \"another\"", "status = 401") == "");
  CHECK(failing("url = \"/secret\"\nuser = \"u\"\nroles = [\"lab\"]\nexpect.service = \"b\"") ==
        "");
}

TEST_CASE("a token that nobody can sign is told of, and how to go on") {
  const Test test = test_of("url = \"/x\"\ntoken.sub = \"u\"\nexpect.status = 404");
  const Subject none = subject_of("[routes.all]\npath = \"/*\"\nservice = \"a\"\n");
  CHECK(failures_of(run(test, none)) ==
        "token: a token, the configuration has no [auth.jwt] that would take a token\n");
  const Subject keys = subject_of(
      "[routes.all]\npath = \"/*\"\nservice = \"a\"\nauth = [\"jwt\"]\n[auth.jwt]\nalgorithms = "
      "[\"ES256\"]\npublic_key_file = \"/nonexistent.pem\"\n");
  CHECK(failures_of(run(test, keys)).find("say user = ") != std::string::npos);
  const Test open = test_of(
      "url = \"/x\"\nheaders.Authorization = \"Bearer a.b.c\"\n"
      "expect.status = 401");
  CHECK(failures_of(run(open, keys)) ==
        "status: 401, not known: the keys of auth.jwt are not at hand\n");
}

TEST_CASE("what a service would have to be asked for is not known") {
  const std::string asked =
      failing("url = \"/asked\"\nheaders.Authorization = \"Bearer abc\"\nexpect.service = \"a\"");
  CHECK(asked.starts_with("service: \"a\", not known: would ask service a"));
  CHECK(failing("url = \"/asked\"\nuser = \"u\"\nexpect.service = \"a\"") == "");
}

TEST_CASE("limits count in virtual time, and every test begins anew") {
  const std::string traffic = "url = \"/things/1\"\nrepeat = 5\nevery = \"1s\"\n";
  for (int again = 0; again < 2; ++again) {
    CHECK(failing(traffic + "expect = { first_limited = 4, limited = 2, status = 429 }") == "");
  }
  CHECK(failing(traffic + "expect = { first_limited = \"never\", limited = 1 }") ==
        "first_limited: never, request 4\nlimited: 1, 2\n");
  CHECK(failing("url = \"/things/1\"\nrepeat = 3\nexpect = { first_limited = \"never\", headers = "
                "{ X-RateLimit-Remaining = \"0\" } }") == "");
  CHECK(failing("url = \"/things/1\"\nrepeat = 500\nevery = \"1m\"\nexpect.limited = 0") == "");
  CHECK(failing("url = \"/things/1\"\nrepeat = 3\nexpect.first_limited = 3") ==
        "first_limited: request 3, never\n");
}

TEST_CASE("the first request that was limited is explained when that is what is wrong") {
  const Subject subject = subject_of(kConfig);
  const Ran ran = run(test_of("url = \"/things/1\"\nrepeat = 50\nevery = \"59s\"\n"
                              "expect.first_limited = 2"),
                      subject);
  CHECK(ran.explained == 50);  // none was
  CHECK(ran.limited == 0);
  const Ran early =
      run(test_of("url = \"/things/1\"\nrepeat = 50\nexpect.first_limited = 2"), subject);
  CHECK(early.first_limited == 4);
  CHECK(early.explained == 4);
  CHECK(early.explanation.decider == "rate-limited");
}

TEST_CASE("of a split by chance any service counts") {
  CHECK(failing("url = \"/half\"\nexpect.service = \"a\"") == "");
  CHECK(failing("url = \"/half\"\nexpect.service = \"b\"") == "");
}

TEST_CASE("names that the configuration does not have are findings of their own") {
  const Subject subject = subject_of(kConfig);
  const Suite suite = suite_of(
      "[[test]]\nname = \"t\"\nurl = \"/\"\nexpect.route = \"thing\"\n"
      "expect.service = \"c\"\n");
  config::Diagnostics found;
  check_names(suite, subject, found);
  REQUIRE(found.items.size() == 2);
  CHECK(found.items[0].id == "unknown-route");
  CHECK(found.items[0].hint == "did you mean \"things\"?");
  CHECK(found.items[0].place.line == 4);
  CHECK(found.items[1].id == "unknown-service");
}

TEST_CASE("coverage counts the routes that are enabled") {
  const Subject subject = subject_of(kConfig);
  const auto some = coverage(subject.snapshot().config, {"things", "secret", "things", ""});
  CHECK(some.routes == 5);
  CHECK(some.covered() == 2);
  CHECK(some.percent() == 40);
  CHECK(some.untested == std::vector<std::string>{"moved", "asked", "half"});
  CHECK(coverage({}, {}).percent() == 100);
}
