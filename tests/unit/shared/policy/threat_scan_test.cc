#include "shared/policy/threat_scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "shared/policy/threat_excerpt.h"

namespace gateway::policy {
namespace {

const ThreatRules& rules() {
  static const ThreatRules kRules = [] {
    config::Security security;
    security.threat_headers = {"User-Agent", "Referer"};
    return std::move(*ThreatRules::compile(security));
  }();
  return kRules;
}

ThreatVerdict head(std::string_view path, std::string_view query = {}, const Fields& fields = {},
                   std::string_view method = "GET") {
  ThreatScratch scratch;
  ThreatVerdict verdict;
  scan_threats(rules(), {method, path, query, fields}, scratch, verdict);
  return verdict;
}

ThreatVerdict body(std::string_view type, std::string_view text) {
  ThreatScratch scratch;
  ThreatVerdict verdict;
  scan_threats(rules(), type, text, scratch, verdict);
  return verdict;
}

bool found(const ThreatVerdict& verdict, std::string_view id) {
  return std::any_of(verdict.findings.begin(), verdict.findings.end(),
                     [&](const ThreatFinding& finding) { return finding.rule->id == id; });
}

TEST_CASE("a finding tells rule, place, name and what matched") {
  const ThreatVerdict verdict = head("/", "page=2&q=1+UNION+select+null");
  REQUIRE(verdict.findings.size() == 1);
  const ThreatFinding& finding = verdict.findings[0];
  CHECK(finding.rule->id == "sqli-union-select");
  CHECK(finding.rule->kind == ThreatClass::sql_injection);
  CHECK(finding.place == kInQuery);
  CHECK(finding.name == "q");
  CHECK(finding.excerpt == "UNION select null");
  CHECK_FALSE(verdict.out_of_memory);
}

TEST_CASE("every part is looked at, in its decoded form") {
  CHECK(found(head("/a/%3Cscript%3E"), "xss-script-tag"));
  CHECK(found(head("/a/%253Cscript%253E"), "xss-script-tag"));
  CHECK(found(head("/", "%3Cscript%3E=1"), "xss-script-tag"));
  CHECK(found(head("/", "a=%253Cscript%253E"), "xss-script-tag"));
  CHECK(found(head("/", "a=1/**/or/**/1=1"), "sqli-number-condition"));
  const auto agent = head("/", "", {{"user-agent", "sqlmap/1.7", "", FieldId::other}});
  REQUIRE(found(agent, "ua-scanner"));
  CHECK(agent.findings[0].name == "user-agent");
  CHECK(head("/", "", {{"Referer", "/?a=<script>", "", FieldId::other}}).hostile());
  CHECK_FALSE(head("/", "", {{"X-Other", "<script>", "", FieldId::other}}).hostile());
  CHECK_FALSE(head("/", "", {{"Referer", "/docs/sqlmap", "", FieldId::other}}).hostile());
}

TEST_CASE("bodies are looked at by their type") {
  CHECK(body("application/x-www-form-urlencoded", "a=b&c=%3Cscript%3E").hostile());
  CHECK(body("application/json; charset=utf-8", R"({"a": "\u003cscript>"})").hostile());
  CHECK(body("application/vnd.api+json", R"({"<script>": 1})").hostile());
  CHECK(body("application/json", R"({"cut": "<script>)").hostile());
  CHECK(body("multipart/form-data; boundary=X",
             "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n<script>\r\n--X--")
            .hostile());
  CHECK_FALSE(body("multipart/form-data; boundary=X",
                   "--X\r\nContent-Disposition: form-data; name=a; filename=b\r\n\r\n<script>")
                  .hostile());
  CHECK_FALSE(body("text/html", "<script>").hostile());
  CHECK_FALSE(body("", "<script>").hostile());
  const auto verdict = body("application/json", R"({"a": {"b": ["x", "<script>"]}})");
  REQUIRE(verdict.hostile());
  CHECK(verdict.findings[0].name == "b");
}

TEST_CASE("texts are matched alone: nothing is put together across them") {
  CHECK_FALSE(head("/", "a=1+union&b=select+null").hostile());
  CHECK_FALSE(body("application/json", R"(["<a", "onload=x"])").hostile());
}

TEST_CASE("shapes are findings one past what is ordinary") {
  const std::string path = "/" + std::string(kOrdinaryPath - 1, 'a');
  CHECK_FALSE(head(path).hostile());
  CHECK(found(head(path + "a"), "long-path"));
  const std::string name(kOrdinaryName, 'a');
  CHECK_FALSE(head("/", name + "=1").hostile());
  CHECK(found(head("/", name + "a=1"), "long-name"));
  const std::string value(kOrdinaryValue, 'a');
  CHECK_FALSE(head("/", "a=" + value).hostile());
  CHECK(found(head("/", "a=" + value + "a"), "long-value"));
  const std::string agent = value + "a";
  CHECK(found(head("/", "", {{"User-Agent", agent, "", FieldId::other}}), "long-value"));
  std::string query;
  for (std::size_t i = 0; i < kOrdinaryQueryPairs; ++i) query += "a=1&";
  CHECK_FALSE(head("/", query).hostile());
  CHECK(found(head("/", query + "a=1"), "many-parameters"));
  std::string form;
  for (std::size_t i = 0; i < kOrdinaryFormPairs; ++i) form += "a=1&";
  CHECK_FALSE(body("application/x-www-form-urlencoded", form).hostile());
  CHECK(found(body("application/x-www-form-urlencoded", form + "a=1"), "many-parameters"));
  CHECK_FALSE(body("application/json", std::string(kOrdinaryJsonDepth, '[')).hostile());
  CHECK(found(body("application/json", std::string(kOrdinaryJsonDepth + 1, '[')), "deep-json"));
  CHECK(found(head("/", "", {}, "TRACE"), "unusual-method"));
  CHECK_FALSE(head("/", "", {}, "PATCH").hostile());
}

TEST_CASE("more than one pass holds is looked at in several") {
  const std::string filler = "\"" + std::string(kThreatPass / 2, '.') + "\", ";
  for (int before = 0; before < 6; ++before) {
    std::string json = "[";
    for (int i = 0; i < before; ++i) json += filler;
    json += "\"<script>\", ";
    for (int i = before; i < 6; ++i) json += filler;
    CHECK(found(body("application/json", json + "0]"), "xss-script-tag"));
  }
  CHECK(body("application/json", "[\"" + std::string(3 * kThreatPass, '.') + "<script>\"]")
            .hostile());
}

TEST_CASE("findings are bounded, and each rule is told once") {
  const ThreatVerdict verdict =
      head("/<script>",
           "a=<script>&b=1+union+select+null&c=%00&d=%01&e=;cat+/etc/passwd&f=../../x"
           "&g={{7*7}}&h=${jndi:x}&i=%C0%AF&j=' or 1=1&k=@@version&l=<?php&m=javascript:x()");
  CHECK(verdict.findings.size() == kMaxThreatFindings);
  for (std::size_t i = 1; i < verdict.findings.size(); ++i) {
    CHECK(verdict.findings[i].rule != verdict.findings[i - 1].rule);
  }
}

TEST_CASE("a scratch can be used again") {
  ThreatScratch scratch;
  const Fields none;
  for (int i = 0; i < 3; ++i) {
    ThreatVerdict hostile;
    scan_threats(rules(), {"GET", "/", "a=%3Cscript%3E", none}, scratch, hostile);
    CHECK(hostile.hostile());
    ThreatVerdict ordinary;
    scan_threats(rules(), {"GET", "/", "a=b", none}, scratch, ordinary);
    CHECK_FALSE(ordinary.hostile());
  }
}

TEST_CASE("what a log holds is printable, bounded and without secrets") {
  CHECK(masked("' or 1=1", 64) == "' or 1=1");
  CHECK(masked("a\n\0b\xff\x7f", 64) == "a.");
  CHECK(masked(std::string_view("a\n\0b\xff", 5), 64) == "a..b.");
  CHECK(masked("card 4111111111111111 ok", 64) == "card *** ok");
  CHECK(masked("key=sk1234567890ab", 64) == "key=***");
  CHECK(masked("alphabetical words stay", 64) == "alphabetical words stay");
  CHECK(masked(std::string(64, 'a'), 64) == std::string(64, 'a'));
  CHECK(masked(std::string(65, 'a'), 64) == std::string(61, 'a') + "...");
  CHECK(masked(std::string(1000, '<'), 64).size() == 64);
  CHECK(masked("", 64).empty());
}

}  // namespace
}  // namespace gateway::policy
