#include "shared/base/timestamp.h"
#include "shared/suite/suite_keys.h"
#include "tests/unit/shared/suite/suites.h"

using namespace gateway;
using namespace gateway::suite;

TEST_CASE("a test is read with everything it says, and with defaults for the rest") {
  const Suite suite = suite_of(R"(
config = "sub/gatewayd.toml"
time = "2026-03-01T12:00:00Z"
[[test]]
name = "first"
method = "POST"
url = "https://api.example:8443/a/b?c=1"
headers = { X-One = "1" }
body = "text"
client = "2001:db8::1"
user = "u-17"
roles = ["lab"]
scopes = ["read"]
time = "2026-03-02"
repeat = 100000
every = "1s"
expect = { route = "r", status = 403, first_limited = "never", limited = 0 }
[[test]]
name = "second"
url = "/"
expect.first_limited = 7
)");
  CHECK(suite.config == "dir/sub/gatewayd.toml");
  REQUIRE(suite.tests.size() == 2);
  const Test& first = suite.tests[0];
  CHECK(first.request.method == "POST");
  CHECK(first.request.authority == "api.example:8443");
  CHECK(first.request.path == "/a/b");
  CHECK(first.request.query == "c=1");
  CHECK(first.request.secure);
  CHECK(first.request.fields.size() == 1);
  CHECK(first.request.body == "text");
  CHECK(to_string(first.request.client) == "2001:db8::1");
  CHECK(first.request.user == "u-17");
  CHECK(first.request.roles == std::vector<std::string>{"lab"});
  CHECK(first.request.scopes == std::vector<std::string>{"read"});
  CHECK(first.request.time == *parse_rfc3339("2026-03-02"));
  CHECK(first.repeat == 100'000);
  CHECK(first.every == std::chrono::seconds(1));
  CHECK(first.expect.route->value == "r");
  CHECK(first.expect.status->value == 403);
  CHECK(first.expect.status->place.line == 17);
  CHECK(first.expect.first_limited->value == 0);
  const Test& second = suite.tests[1];
  CHECK(second.request.method == "GET");
  CHECK(second.request.time == *parse_rfc3339("2026-03-01T12:00:00Z"));
  CHECK(second.repeat == 1);
  CHECK(to_string(second.request.client) == "127.0.0.1");
  CHECK(second.expect.first_limited->value == 7);
  CHECK(
      suite_of("config = \"/etc/g.toml\"\n[[test]]\nname = \"t\"\nurl = \"/\"\nexpect.limited = 0")
          .config == "/etc/g.toml");
}

TEST_CASE("what is wrong is told with its place and what was meant, all of it in one run") {
  CHECK(findings_of("confg = \"x\"\n[[test]]\nname = \"t\"\nur = \"/\"\nexpect.rout = \"x\"\n") ==
        "unknown-key 1:1|did you mean \"config\"?\n"
        "missing-key 2:1|What is asked for: \"https://HOST/PATH\", \"http://HOST/PATH\" or "
        "\"/PATH\".\n"
        "unknown-key 4:1|did you mean \"url\"?\n"
        "unknown-key 5:8|did you mean \"route\"?\n");
  CHECK(findings_of("") == "no-tests 0:0\n");
  CHECK(findings_of("[[test]]\nname = \"t\"\nurl = \"/\"\n") ==
        "missing-key 1:1|What has to come of it.\n");
  CHECK(findings_of("[[test]]\nname = \"t\"\nurl = \"/\"\nexpect = {}\n") ==
        "nothing-expected 4:10|add, for example, status = 200 or service = \"…\"\n");
  CHECK(findings_of("[[test]]\nname = \"t\"\nurl = \"/\"\nexpect.decided_by = \"rate-limit\"\n") ==
        "unknown-decider 4:21|did you mean \"rate-limited\"?\n");
  CHECK(findings_of("time = \"noon\"\n[[test]]\nname = \"t\"\nurl = \"/\"\nexpect.limited = 0") ==
        "bad-time 1:8|expected a UTC time, as \"2026-01-02T03:04:05Z\"\n");
  CHECK(findings_of("[[test]]\nname = \"t\"\nurl = \"/\"\nuser = \"u\"\ntoken.sub = \"u\"\n"
                    "expect.limited = 0") == "several-identities 5:1|keep one of them\n");
}

TEST_CASE("a request that no client could send is refused, once") {
  const auto with = [](const std::string& keys) {
    return findings_of("[[test]]\nname = \"t\"\nexpect.limited = 0\n" + keys);
  };
  CHECK(with("url = \"samples\"") == "bad-request 4:7\n");
  CHECK(with("url = \"/a b\"\nclient = \"localhost\"") == "bad-request 4:7\n");
  CHECK(with("url = \"/\"\nmethod = \"G T\"") == "bad-request 1:1\n");
  CHECK(with("url = \"/\"\nclient = \"localhost\"") == "bad-request 5:10\n");
  CHECK(with("url = \"/\"\nroles = [\"lab\"]") == "bad-request 1:1\n");
  CHECK(with("url = \"/\"\nheaders = { \"a b\" = \"\" }") == "bad-request 5:21\n");
}

TEST_CASE("the bounds hold at the bound and one past it") {
  const auto with = [](const std::string& keys) {
    return findings_of("[[test]]\nname = \"t\"\nurl = \"/\"\nexpect.limited = 0\n" + keys);
  };
  CHECK(with("repeat = " + std::to_string(kMaxRepeat)).empty());
  CHECK(with("repeat = " + std::to_string(kMaxRepeat + 1)) == "out-of-range 5:10\n");
  CHECK(with("repeat = 0") == "out-of-range 5:10\n");
  CHECK(with("every = \"30d\"").empty());
  CHECK(with("every = \"31d\"") == "out-of-range 5:9\n");
  std::string many;
  const std::uint64_t most = kMaxRequests / kMaxRepeat;
  for (std::uint64_t i = 0; i < most; ++i) {
    many += "[[test]]\nname = \"t\"\nurl = \"/\"\nrepeat = 100000\nexpect.limited = 0\n";
  }
  CHECK(findings_of(many).empty());
  CHECK(findings_of(many + "[[test]]\nname = \"t\"\nurl = \"/\"\nexpect.limited = 0\n") ==
        "too-many " + std::to_string(5 * most + 1) + ":1|split the file\n");
  CHECK(findings_of("x = " + std::string(100'000, '[')).starts_with("too-deep "));
  CHECK(findings_of(std::string((8 << 20) + 1, ' ')).starts_with("unreadable-file "));
}

TEST_CASE("a file that cannot be read is a finding") {
  const Read none = read("/nonexistent/a.test.toml", kNothingSet);
  CHECK_FALSE(none.suite);
  CHECK(none.diagnostics.items.at(0).message ==
        "/nonexistent/a.test.toml cannot be read: No such file or directory");
}

TEST_CASE("every key has a sentence about it") {
  for (const config::Key& key : keys()) {
    CAPTURE(key.path);
    CHECK(key.help.ends_with("."));
  }
}
