#include "gatewayctl/bundle/scrub.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace gateway::ctl {
namespace {

// Nothing of "hush" may be left.
void check_hidden(const std::string& text) {
  const std::string scrubbed = scrub_config(text);
  CAPTURE(scrubbed);
  CHECK(scrubbed.find("hush") == std::string::npos);
}

}  // namespace

TEST_CASE("whatever a configuration hides a secret in is taken out") {
  for (const char* text : {
           "[auth.jwt]\nsecret = \"hush-hush\"\n",
           "[auth.jwt]\nsecret = '''\nhush\nhush'''\n",
           "secret = \"\"\"hush\nhush\"\"\"\n",
           "introspect = { service = \"a\", client_secret = \"hush\" }\n",
           "keys = [{ name = \"ci\", sha256 = \"hush86d081\" }]\n",
           "hash = \"scrypt$hush\"\n",
           "request = { set = { \"Authorization\" = \"Bearer hush-token\" } }\n",
           "request = { set = { X-Api-Key = 'hush' } }\n",
           "set = { \"X-Upstream-Token\" = \"hush \\\" hush\" }\n",
           "headers = [{ name = \"api-key\", secret = \"hush\" }]\n",
           "instances = [\"http://user:hush@10.0.0.1\"]\n",
           "jwks_url = \"http://auth/keys?key=hush\"\n",
           "# call it with Authorization: Basic aHVzaDpodXNohush=\n",
           "secret = \"${VAR:-hush}\"\n",
           "\"client_secret\" = \"hush\"\n",
       }) {
    CAPTURE(text);
    check_hidden(text);
  }
}

TEST_CASE("what is no secret stays, and where it comes from") {
  for (const char* text : {
           "[limits.per_user]\nkey = \"user\"\nlimit = 1000\n",
           "[routes.samples]\npath = \"/samples/*\"\nservice = \"samples\"\n",
           "secret = \"${JWT_SECRET}\"\n",
           "secret_file = \"/etc/gatewayd/secret\"\n",
           "csrf_cookie = \"csrf_token\"\n",
           "public_key_file = \"keys/auth.pem\"\n",
       }) {
    CHECK(scrub_config(text) == text);
  }
}

TEST_CASE("a log's text loses credentials and values of queries") {
  CHECK(scrub_text("GET /a?token=hush&b=hush x") == "GET /a?token=***&b=*** x");
  CHECK(scrub_text("Authorization: bearer hush.hush_hush") == "Authorization: bearer ***");
  CHECK(scrub_text("saw eyJhbGciOi.eyJzdWIi.hush-x here") == "saw *** here");
  CHECK(scrub_text("http://u:hush@host/") == "http://***@host/");
  CHECK(scrub_text("breaker of lab is open, was closed") == "breaker of lab is open, was closed");
}

TEST_CASE("rows lose who asked, and what for, but not that it was the same one") {
  Pseudonyms names;
  const nlohmann::json page = {
      {"rows",
       {{{"client", "203.0.113.9"}, {"user", "ann"}, {"path", "/samples/7"}, {"query", "a=hush"}},
        {{"client", "203.0.113.10"}, {"user", ""}, {"path", "/samples"}, {"query", ""}},
        {{"client", "203.0.113.9"}, {"detail", "hush"}, {"status", 403}}}}};
  const nlohmann::json rows = names.scrub_page(page)["rows"];
  CHECK(rows[0] == nlohmann::json{{"client", "client-1"},
                                  {"user", "user-1"},
                                  {"path", "/samples/*"},
                                  {"query", "a=***"}});
  CHECK(rows[1]["client"] == "client-2");
  CHECK(rows[1]["user"] == "");
  CHECK(rows[2] == nlohmann::json{{"client", "client-1"}, {"status", 403}});
}

TEST_CASE("lines of the daemon's log lose the same, in either form") {
  Pseudonyms names;
  CHECK(names.scrub_log(
            "t debug request: x method=GET path=/gone/a1b2 client=203.0.113.9 status=502\n"
            "t debug request: y client=203.0.113.10 user=ann\n") ==
        "t debug request: x method=GET path=/gone/* client=client-1 status=502\n"
        "t debug request: y client=client-2 user=user-1\n");
  CHECK(names.scrub_log(R"({"message":"x","path":"/gone/a1b2","client":"203.0.113.9"})") ==
        R"({"message":"x","path":"/gone/*","client":"client-1"})");
  CHECK(names.scrub_log("t debug request: x url=http://a.test/gone/a1b2 host=a.test") ==
        "t debug request: x url=http://a.test/gone/* host=a.test");
  CHECK(names.scrub_log("t info system: x url=http://a.test") ==
        "t info system: x url=http://a.test");
  CHECK(names.scrub_log("listening on 127.0.0.1:80 token=hush") ==
        "listening on 127.0.0.1:80 token=hush");
}

}  // namespace gateway::ctl
