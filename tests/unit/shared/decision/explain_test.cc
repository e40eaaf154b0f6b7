#include "shared/decision/explain.h"

#include <algorithm>

#include "shared/decision/explain_lines.h"
#include "shared/decision/step_words.h"
#include "tests/unit/shared/decision/explained.h"

namespace gateway::decision {
namespace {

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

TEST_CASE("the route with its place, and who was passed over") {
  Explained explained(R"(
[routes.samples]
path = "/samples/*"
methods = ["GET"]
service = "samples"
rewrite = "/api/v1/*"
[routes.login]
path = "/samples/{x}"
methods = ["POST"]
service = "auth"
[routes.everything_else]
path = "/*"
service = "auth"
priority = -1
[routes.retired]
path = "/samples/7"
service = "auth"
enabled = false
)");
  const auto found = explained("GET", "https://api.tracseq.com/samples/7?a=1");
  CHECK(line_of(found, "route") == "samples | /samples/*");
  CHECK(found.lines[0].place == "gatewayd.toml:11");
  CHECK(found.lines[1].label.empty());
  CHECK(found.lines[1].summary ==
        "passed over: retired (disabled), login (method), everything_else (priority)");
  CHECK(line_of(found, "auth") == "public");
  CHECK(line_of(found, "rewrite") == "/samples/7 → /api/v1/7");
  CHECK(line_of(found, "service") == "samples | 2 instances");
  CHECK(outcome_of(found) == "forward GET /api/v1/7?a=1");
  CHECK(found.service == "samples");
  CHECK(found.instances ==
        std::vector<std::string>{"http://10.0.2.11:8081", "http://10.0.2.12:8081"});

  const auto none = explained("PUT", "/samples/7");
  CHECK(line_of(none, "route") == "everything_else | /*");
}

TEST_CASE("no route: what nearly matched is named") {
  Explained explained(R"(
[routes.a]
path = "/x"
hosts = ["a.test"]
service = "auth"
[routes.b]
path = "/x"
hosts = ["b.test"]
methods = ["POST"]
service = "auth"
)");
  const auto missing = explained("GET", "http://c.test/x");
  CHECK(line_of(missing, "route") == "refused: none | No route matches this host and path.");
  CHECK(line_of(missing, "") == "passed over: a (host), b (host)");
  CHECK(outcome_of(missing) == "answer 404 no-route");
  const auto method = explained("GET", "http://b.test/x");
  CHECK(outcome_of(method) == "answer 405 method-not-allowed");
  CHECK(has(method.fields, "Allow: POST"));
  CHECK(line_of(method, "") == "passed over: a (host), b (method)");
}

TEST_CASE("of many passed over the first eight are named") {
  std::string text;
  for (int i = 0; i < 10; ++i) {
    text += "[routes.r" + std::to_string(i) +
            "]\npath = \"/x\"\nservice = \"auth\"\npriority = " + std::to_string(i) + "\n";
  }
  Explained explained(text);
  CHECK(line_of(explained("GET", "/x"), "") ==
        "passed over: r8 (priority), r7 (priority), r6 (priority), r5 (priority), r4 (priority), "
        "r3 (priority), r2 (priority), r1 (priority) and 1 more");
}

TEST_CASE("networks: of the gateway, then of the route, with the prefix that decided") {
  Explained explained(R"(
[security]
deny = ["192.0.2.0/24", "2001:db8::/32"]
allow = ["0.0.0.0/0", "::/0"]
[routes.all]
path = "/*"
service = "auth"
allow = ["203.0.113.0/24"]
)");
  const auto allowed = explained("GET", "/x");
  CHECK(line_of(allowed, "networks") == "203.0.113.9 | allowed by 0.0.0.0/0");
  CHECK(line_of(allowed, "networks", 1) == "203.0.113.9 | allowed by 203.0.113.0/24");
  auto request = Explained::request("GET", "/x");
  request.client = *parse_ip("2001:db8::1");
  const auto denied = explained(request);
  CHECK(line_of(denied, "networks") == "refused: 2001:db8::1 | denied by 2001:db8::/32");
  CHECK(outcome_of(denied) == "answer 403 ip-denied");
  request.client = *parse_ip("198.51.100.1");
  CHECK(line_of(explained(request), "networks", 1) ==
        "refused: 198.51.100.1 | in none of the networks that are allowed");
}

TEST_CASE("who asks, when a trusted proxy tells") {
  Explained explained(R"(
[gateway]
trusted_proxies = ["203.0.113.0/24"]
[routes.all]
path = "/*"
service = "auth"
)");
  CHECK(line_of(explained("GET", "/x", {"X-Forwarded-For: 192.0.2.1"}), "client") ==
        "192.0.2.1 | told by 203.0.113.9, a trusted proxy");
  CHECK(line_of(explained("GET", "/x"), "client").empty());
}

constexpr char kLimits[] = R"(
[limits.everyone]
key = ["ip"]
limit = 3
window = "1h"
[limits.watched]
key = ["global"]
limit = 1
window = "1h"
mode = "observe"
[routes.all]
path = "/*"
service = "auth"
limits = ["everyone", "watched"]
)";

TEST_CASE("limits: what is used, and nothing is charged") {
  Explained explained(kLimits);
  const auto request = Explained::request("GET", "/x");
  CHECK(line_of(explained(request), "limit") ==
        "everyone | ip 203.0.113.9 | 0 of 3 used, window ends in 56m");
  for (int i = 0; i < 50; ++i) explained(request);
  explained.serve(request);
  const auto once = explained(request);
  CHECK(line_of(once, "limit") == "everyone | ip 203.0.113.9 | 1 of 3 used, window ends in 56m");
  CHECK(line_of(once, "limit", 1) ==
        "observed: watched | everyone | 1 of 1 used, only observed, would refuse for 116m");
  CHECK(once.lines[2].place.empty() == false);
  CHECK(outcome_of(once) == "forward GET /x");
  CHECK(has(once.fields, "X-RateLimit-Remaining: 1"));
}

TEST_CASE("limits: a spent one refuses, and passes again later") {
  Explained explained(kLimits);
  auto request = Explained::request("GET", "/x");
  for (int i = 0; i < 3; ++i) explained.serve(request);
  const auto spent = explained(request);
  CHECK(line_of(spent, "limit") ==
        "refused: everyone | ip 203.0.113.9 | 3 of 3 used, passes again in 76m");
  CHECK(outcome_of(spent) == "answer 429 rate-limited");
  CHECK(std::any_of(spent.fields.begin(), spent.fields.end(),
                    [](const std::string& field) { return field.starts_with("Retry-After: "); }));
  request.time += 3'600'000'000LL * 2;
  CHECK(outcome_of(explained(request)) == "forward GET /x");
}

TEST_CASE("limits: keys of several parts, buckets, costs") {
  Explained explained(R"(
[limits.mixed]
key = ["ip", "endpoint", "header:X-Tenant"]
limit = 10
window = "10s"
cost = 2
algorithm = "token_bucket"
[routes.all]
path = "/*"
service = "auth"
limits = ["mixed"]
)");
  auto request = Explained::request("GET", "/x", {"X-Tenant: blue"});
  request.client = *parse_ip("2001:db8:1:2:3:4:5:6");
  CHECK(line_of(explained(request), "limit") ==
        "mixed | ip 2001:db8:1:2::/64, endpoint GET all, x-tenant: blue | "
        "0 of 10 used, this costs 2");
}

TEST_CASE("CORS: plain, allowed, refused, preflights") {
  Explained explained(R"(
[cors.web]
origins = ["https://app.example"]
methods = ["GET", "DELETE"]
[routes.all]
path = "/*"
methods = ["GET", "DELETE"]
service = "auth"
cors = "web"
[routes.low]
path = "/*"
service = "auth"
priority = -1
)");
  CHECK(line_of(explained("GET", "/x"), "cors") == "not a cross-origin request");
  CHECK(line_of(explained("GET", "/x", {"Origin: https://app.example"}), "cors") ==
        "origin allowed | https://app.example");
  const auto refused = explained("GET", "/x", {"Origin: https://evil.example"});
  CHECK(line_of(refused, "cors").starts_with("observed: origin refused | https://evil.example: "));
  CHECK(outcome_of(refused) == "forward GET /x");
  const auto preflight = explained(
      "OPTIONS", "/x", {"Origin: https://app.example", "Access-Control-Request-Method: DELETE"});
  CHECK(line_of(preflight, "cors") == "answered: preflight allowed | https://app.example");
  CHECK(line_of(preflight, "") == "passed over: low (priority)");
  CHECK(outcome_of(preflight) == "answer 204 preflight");
  CHECK(has(preflight.fields, "Access-Control-Allow-Origin: https://app.example"));
  const auto other = explained(
      "OPTIONS", "/x", {"Origin: https://evil.example", "Access-Control-Request-Method: DELETE"});
  CHECK(line_of(other, "cors").starts_with("refused: preflight refused | https://evil.example: "));
}

TEST_CASE("threats: in the head, in a body that is given, in one that is not") {
  Explained explained(R"(
[security]
threats = "block"
[routes.all]
path = "/*"
service = "auth"
[routes.watched]
path = "/watched"
service = "auth"
threats = "observe"
)");
  CHECK(line_of(explained("GET", "/x?q=1"), "threats") == "nothing found");
  const auto blocked = explained("GET", "/x?q=1+union+select+password+from+users");
  CHECK(line_of(blocked, "threats").starts_with("refused: sqli-union-select | blocked | "));
  CHECK(outcome_of(blocked) == "answer 403 threat");
  const auto observed = explained("GET", "/watched?q=1+union+select+password+from+users");
  CHECK(line_of(observed, "threats").starts_with("observed: sqli-union-select | observed | "));
  CHECK(outcome_of(observed) == "forward GET /watched?q=1+union+select+password+from+users");

  auto post = Explained::request("POST", "/x", {"Content-Type: application/json"});
  post.body = R"({"q": "1 union select password from users"})";
  CHECK(line_of(explained(post), "threats", 1)
            .starts_with("refused: sqli-union-select | blocked | "));
  post.body = R"({"q": "the union, select members"})";
  CHECK(line_of(explained(post), "threats", 1) == "nothing found in the body");
  post.body.reset();
  REQUIRE(read_field("Content-Length: 50", post) == nullptr);
  CHECK(line_of(explained(post), "threats", 1) == "open: the body is not given and so not scanned");
  CHECK(outcome_of(explained(post)) == "forward POST /x");
}

TEST_CASE("request rules and CSRF") {
  Explained explained(R"(
[routes.all]
path = "/*"
service = "auth"
required_headers = ["X-Tenant"]
content_types = ["application/json"]
csrf = "origin"
)");
  const auto missing = explained("GET", "/x");
  CHECK(line_of(missing, "request").ends_with(" | X-Tenant"));
  CHECK(outcome_of(missing) == "answer 400 invalid-request");
  const auto passed = explained("GET", "/x", {"X-Tenant: a"});
  CHECK(line_of(passed, "request") == "as this route asks for");
  CHECK(line_of(passed, "csrf") == "not a request that another site could make");
  const auto forged = explained("DELETE", "https://own.example/x",
                                {"X-Tenant: a", "Cookie: s=1", "Origin: https://evil.example"});
  CHECK(line_of(forged, "csrf").starts_with("refused: "));
  CHECK(outcome_of(forged) == "answer 403 csrf");
}

TEST_CASE("built-in endpoints stand before the routes, and denied networks have no more of them") {
  Explained explained(R"(
[gateway]
expose = ["info", "health", "services", "metrics", "docs"]
[security]
deny = ["192.0.2.0/24"]
[routes.all]
path = "/*"
service = "auth"
)");
  for (const char* path : {"/", "/health", "/health/detailed", "/health/services", "/services",
                           "/metrics", "/docs", "/openapi.json"}) {
    CHECK(outcome_of(explained("GET", path)) == "answer 200 builtin");
    CHECK(outcome_of(explained("HEAD", path)) == "answer 200 builtin");
    CHECK(outcome_of(explained("POST", path)) == std::string("forward POST ") + path);
    auto denied = Explained::request("GET", path);
    denied.client = *parse_ip("192.0.2.7");
    const bool open = std::string_view(path) == "/health";
    CHECK(outcome_of(explained(denied)) == (open ? "answer 200 builtin" : "answer 403 ip-denied"));
  }
  CHECK(outcome_of(explained("GET", "/metrics/")) == "forward GET /metrics/");
}

TEST_CASE("answers of the gateway itself") {
  Explained explained(R"(
[gateway]
expose = ["health"]
max_body_size = "1KiB"
max_target_size = "256B"
max_headers = 16
[routes.gone]
path = "/gone"
respond = { status = 410, body = "gone" }
[routes.moved]
path = "/moved"
redirect = { to = "https://new.example/x", status = 308 }
[routes.off]
path = "/off"
service = "auth"
maintenance = true
[routes.all]
path = "/*"
service = "auth"
)");
  CHECK(outcome_of(explained("GET", "/health")) == "answer 200 builtin");
  CHECK(outcome_of(explained("POST", "/health")) == "forward POST /health");
  CHECK(outcome_of(explained("GET", "/gone")) == "answer 410 respond");
  const auto moved = explained("GET", "/moved");
  CHECK(outcome_of(moved) == "answer 308 respond");
  CHECK(has(moved.fields, "Location: https://new.example/x"));
  CHECK(outcome_of(explained("GET", "/off")) == "answer 503 maintenance");
  CHECK(outcome_of(explained("GET", "/a/../..")) == "answer 400 bad-request");
  CHECK(line_of(explained("GET", "/a//./b"), "path") == "/a//./b → /a/b");
  CHECK(outcome_of(explained("POST", "/x", {"Content-Length: 1025"})) ==
        "answer 413 body-too-large");
  CHECK(outcome_of(explained("POST", "/x", {"Content-Length: 1024"})) == "forward POST /x");
  const std::string longest = "/" + std::string(255, 'a');
  CHECK(outcome_of(explained("GET", longest)) == "forward GET " + longest);
  CHECK(outcome_of(explained("GET", longest + "a")) == "answer 414 uri-too-long");
  auto many = Explained::request("GET", "/x");
  for (int i = 0; i < 16; ++i) many.fields.emplace_back("X-A", "1");
  CHECK(outcome_of(explained(many)) == "forward GET /x");
  many.fields.emplace_back("X-A", "1");
  CHECK(outcome_of(explained(many)) == "answer 431 header-too-large");
}

TEST_CASE("changes to the query and the fields") {
  Explained explained(R"(
[routes.all]
path = "/*"
service = "auth"
[routes.all.request]
remove = ["X-Debug"]
rename = { "X-Old" = "X-New" }
set = { "X-Client" = "${client.ip}" }
[routes.all.query]
remove = ["secret"]
)");
  const auto found = explained(
      Explained::request("GET", "/x?a=1&secret=2", {"X-Debug: 1", "X-Old: 2", "X-Kept: 3"}));
  CHECK(line_of(found, "query") == "?a=1&secret=2 → ?a=1");
  CHECK(line_of(found, "headers") == "- X-Debug");
  CHECK(line_of(found, "headers", 1) == "X-Old → X-New");
  CHECK(line_of(found, "headers", 2) == "+ X-Client: 203.0.113.9");
  CHECK(line_of(found, "headers", 3).empty());
  CHECK(line_of(found, "service") == "auth | 1 instance");
  CHECK(outcome_of(found) == "forward GET /x?a=1");
  CHECK(line_of(explained("GET", "/x?secret=2"), "query") == "?secret=2 → none");
}

TEST_CASE("a split: the service it would be, and the shares") {
  Explained explained(R"(
[routes.all]
path = "/*"
split = { samples = 0, auth = 1 }
[routes.half]
path = "/half"
split = { samples = 1, auth = 1 }
)");
  const auto found = explained("GET", "/x");
  CHECK(found.service == "auth");
  CHECK(found.services == std::vector<std::string>{"auth"});
  CHECK(line_of(found, "service") == "auth | 1 instance | split: samples 0, auth 1");
  CHECK(explained("GET", "/half").services.size() == 2);
}

TEST_CASE("a rehearsal charges what explaining only looks at") {
  Explained explained(R"(
[routes.all]
path = "/*"
service = "auth"
limits = ["one"]
[limits.one]
key = "ip"
limit = 1
window = "1m"
)");
  const auto request = Explained::request("GET", "/x");
  const auto ending = [&] { return explained.rehearse(request); };
  CHECK(outcome_of(explained(request)) == "forward GET /x");
  CHECK(ending().outcome == Explanation::Outcome::forward);
  CHECK(outcome_of(explained(request)) == "answer 429 rate-limited");
  CHECK(ending().decider == Decider::rate_limited);
  CHECK(ending().status == 429);
}

TEST_CASE("spans are told in the largest unit that tells them well") {
  CHECK(span_text(0) == "0s");
  CHECK(span_text(119) == "119s");
  CHECK(span_text(120) == "2m");
  CHECK(span_text(31 * 60 + 20) == "31m");
  CHECK(span_text(7169) == "119m");
  CHECK(span_text(7170) == "2h");
  CHECK(span_text(47 * 3600) == "47h");
  CHECK(span_text(48 * 3600 - 1) == "2d");
  CHECK(span_text(30 * 86'400) == "30d");
}

TEST_CASE("a service: its breaker and health are told, and decide") {
  Explained explained("[routes.all]\npath = \"/*\"\nservice = \"samples\"\n");
  const auto request = Explained::request("GET", "/x");
  ServiceNow now;
  now.breaker = "closed";
  now.instances_healthy = 1;
  now.open_to = {1};
  const auto asked = [&](std::uint32_t service) {
    CHECK(service == 0);
    return now;
  };
  const auto sent = explained(request, asked);
  CHECK(line_of(sent, "service") == "samples | breaker closed, 1 of 2 instances healthy");
  CHECK(sent.instances == std::vector<std::string>{"http://10.0.2.12:8081"});
  CHECK(sent.breaker == "closed");
  CHECK(sent.instances_healthy == 1);

  now.breaker = "open for 12s more";
  now.refusal = Error{Decider::breaker_open, "A pause."};
  now.retry_after = 12;
  const auto refused = explained(request, asked);
  CHECK(line_of(refused, "service") ==
        "refused: samples | breaker open for 12s more, 1 of 2 instances healthy");
  CHECK(outcome_of(refused) == "answer 503 breaker-open");
  CHECK(refused.reason == "A pause.");
  CHECK(std::count(refused.fields.begin(), refused.fields.end(), "Retry-After: 12") == 1);
  CHECK(refused.instances.empty());
}

TEST_CASE("a split: the service is one of its shares") {
  Explained explained(
      "[routes.all]\npath = \"/*\"\nsplit = { auth = 95, samples = 5 }\n"
      "[routes.kept]\npath = \"/kept\"\nsplit = { auth = 95, samples = 5 }\n"
      "sticky = \"client_ip\"\n");
  const auto drawn = explained("GET", "/x");
  CHECK(drawn.service == "auth");
  REQUIRE(drawn.notes.size() == 1);
  CHECK(explained("GET", "/kept").notes.empty());
}

}  // namespace
}  // namespace gateway::decision
