#include "gatewayd/control/admission.h"

#include <doctest/doctest.h>

#include <set>

#include "gatewayd/control/object_answers.h"
#include "gatewayd/control/openapi.h"
#include "tests/unit/gatewayd/control/fake_backend.h"

using namespace gateway;
using namespace gateway::control;

namespace {

constexpr char kToken[] = "test";
constexpr char kDigest[] = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08";

config::ControlRules rules_with(Role role) {
  config::ControlRules rules;
  rules.tokens.push_back({"other", Role::admin, std::string(64, '0'), {}});
  rules.tokens.push_back({"ci", role, kDigest, {}});
  rules.hosts.push_back({"gw.example.com", {}});
  return rules;
}

Visitor remote(const std::string& token = kToken) {
  return {.authorization = {"Bearer " + token}, .host = {"127.0.0.1:9901"}};
}

int status(const Visitor& visitor, Role role = Role::admin, const char* method = "GET",
           const char* path = "/docs") {
  Call call;
  call.method = method;
  call.path = path;
  const Endpoint* endpoint = nullptr;
  const auto refused = admit(visitor, rules_with(role), call, endpoint);
  if (refused) return refused->status;
  CHECK(endpoint != nullptr);
  return 200;
}

}  // namespace

TEST_CASE("over TCP a token is needed, and one alone") {
  CHECK(status(remote()) == 200);
  CHECK(status({.local = true}) == 200);
  Visitor visitor = remote();
  for (const auto& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {""},
                                             {"Bearer"},
                                             {"Bearer "},
                                             {"Basic test"},
                                             {"test"},
                                             {"Bearer tes"},
                                             {"Bearer test2"},
                                             {std::string("Bearer ") + kDigest},
                                             {"Bearer " + std::string(kMaxToken + 1, 'x')},
                                             {"Bearer test", "Bearer test"}}) {
    visitor.authorization = wrong;
    CHECK(status(visitor) == 401);
    CHECK(status(visitor, Role::admin, "GET", "/nowhere") == 401);
  }
  visitor.authorization = {"bearer  test "};
  CHECK(status(visitor) == 200);
}

TEST_CASE("a caller is known by the name of the token, whose role holds") {
  Call call;
  call.method = "GET";
  call.path = "/docs";
  const Endpoint* endpoint = nullptr;
  CHECK_FALSE(admit(remote(), rules_with(Role::operates), call, endpoint));
  CHECK(call.peer == "ci");
  CHECK(call.role == Role::operates);
  const char* reload = "/api/v1/gateway/reload";
  CHECK(status(remote(), Role::viewer, "POST", reload) == 403);
  CHECK(status(remote(), Role::operates, "POST", reload) == 200);
  const char* route = "/api/v1/gateway/routes/a";
  CHECK(status(remote(), Role::operates, "DELETE", route) == 403);
  CHECK(status(remote(), Role::admin, "DELETE", route) == 200);
}

TEST_CASE("the gateway is called by its address, localhost or a name it has") {
  Visitor visitor = remote();
  for (const char* good : {"127.0.0.1", "[::1]:9901", "10.0.0.7:1", "localhost", "LOCALHOST:9901",
                           "gw.example.com", "GW.example.com:9901"}) {
    CAPTURE(good);
    visitor.host = {good};
    CHECK(status(visitor) == 200);
  }
  for (const char* bad : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80",
                          "xgw.example.com", "[evil]:80", ":9901"}) {
    CAPTURE(bad);
    visitor.host = {bad};
    CHECK(status(visitor) == 421);
  }
  visitor.host = {};
  CHECK(status(visitor) == 400);
  visitor.host = {"localhost", "localhost"};
  CHECK(status(visitor) == 400);
}

TEST_CASE("what a web page of another origin sends is refused, over the socket too") {
  for (const bool local : {false, true}) {
    Visitor visitor = remote();
    visitor.local = local;
    visitor.origin = {"http://127.0.0.1:9901"};
    CHECK(status(visitor) == 200);
    for (const char* other : {"null", "", "http://127.0.0.1:9902", "http://evil.example",
                              "http://127.0.0.1:9901.evil.example"}) {
      visitor.origin = {other};
      CHECK(status(visitor) == 403);
    }
    visitor.origin = {};
    for (const char* site : {"cross-site", "same-site", "nonsense"}) {
      visitor.fetch_site = site;
      CHECK(status(visitor) == 403);
    }
    for (const char* site : {"same-origin", "none", ""}) {
      visitor.fetch_site = site;
      CHECK(status(visitor) == 200);
    }
  }
}

TEST_CASE("the table of endpoints is sound") {
  std::set<std::string> seen;
  for (const Room& room : rooms()) {
    for (const Endpoint& endpoint : room.endpoints) {
      const std::string path(endpoint.path);
      CAPTURE(path);
      CHECK(seen.insert(std::string(endpoint.method) + " " + path).second);
      CHECK((endpoint.answer != nullptr));
      CHECK_FALSE(endpoint.summary.empty());
      CHECK(endpoint.summary.back() == '.');
      CHECK((endpoint.body.empty() == (endpoint.max_body == 0)));
      // Who may only look changes nothing, and what is recorded changes something.
      CHECK((!endpoint.changes || endpoint.role > Role::viewer));
      if (endpoint.method == "GET") CHECK((!endpoint.changes && endpoint.role == Role::viewer));
      std::string name;
      std::string allow;
      std::string called = path;
      if (const auto open = path.find('{'); open != path.npos) {
        called.replace(open, path.find('}') - open + 1, "a");
      }
      CHECK(find_endpoint(endpoint.method, called, name, allow) == &endpoint);
      CHECK((path == called || name == "a"));
    }
  }
  std::string name;
  std::string allow;
  CHECK(find_endpoint("PATCH", "/api/v1/gateway/routes/a", name, allow) == nullptr);
  CHECK(allow == "GET, HEAD, PUT, DELETE");
  allow.clear();
  CHECK(find_endpoint("GET", "/api/v1/gateway/routes/", name, allow) == nullptr);
  CHECK(allow.empty());
}

TEST_CASE("If-Match holds a strong ETag against those it names") {
  CHECK(matches_etag("", "\"a\""));
  CHECK(matches_etag("*", "\"a\""));
  CHECK(matches_etag("\"a\"", "\"a\""));
  CHECK(matches_etag("\"b\" , \"a\"", "\"a\""));
  CHECK_FALSE(matches_etag("\"b\"", "\"a\""));
  CHECK_FALSE(matches_etag("W/\"a\"", "\"a\""));
  CHECK_FALSE(matches_etag("a", "\"a\""));
  CHECK_FALSE(matches_etag(",", "\"a\""));
}

TEST_CASE("every schema that the OpenAPI document names is there") {
  const auto document = openapi_document();
  const std::string text = document.dump();
  const std::string mark = "#/components/schemas/";
  int found = 0;
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1), ++found) {
    const std::size_t begin = at + mark.size();
    const std::string name = text.substr(begin, text.find('"', begin) - begin);
    CHECK(document["components"]["schemas"].contains(name));
  }
  CHECK(found > 30);
}
