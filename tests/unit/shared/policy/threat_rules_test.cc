#include "shared/policy/threat_rules.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace gateway::policy {
namespace {

config::ThreatRule own(std::string id, std::string pattern, std::vector<std::string> in = {}) {
  return {std::move(id), {std::move(pattern), {0, 7, 3, 1}}, std::move(in), {0, 6, 1, 1}};
}

std::vector<ThreatFault> faults(const config::Security& security) {
  const auto rules = ThreatRules::compile(security);
  return rules ? std::vector<ThreatFault>{} : rules.error();
}

// Ids of the rules that match `text` at `place`.
std::vector<std::string> matching(const ThreatRules& rules, std::string_view text,
                                  ThreatPlaces place) {
  std::vector<int> scratch;
  std::vector<const ThreatRule*> found;
  rules.all(text, place, scratch, found);
  std::vector<std::string> ids;
  for (const ThreatRule* rule : found) ids.push_back(rule->id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST_CASE("built-in rules are sound") {
  std::set<std::string_view> ids;
  std::set<ThreatShape> shapes;
  for (const BuiltInThreat& rule : built_in_threats()) {
    CAPTURE(rule.id);
    CHECK(ids.insert(rule.id).second);
    CHECK_FALSE(rule.reason.empty());
    CHECK(rule.in != 0);
    CHECK(rule.pattern.empty() == (rule.shape != ThreatShape::none));
    if (rule.shape != ThreatShape::none) {
      CHECK(shapes.insert(rule.shape).second);
      continue;
    }
    const RE2 pattern(std::string(rule.pattern), RE2::Latin1);
    CHECK(pattern.ok());
    CHECK_FALSE(RE2::PartialMatch("", pattern));
  }
  CHECK(shapes.size() + 1 == kThreatShapes);
  CHECK(faults({}).empty());
}

TEST_CASE("a pattern is refused with a sentence and the place in it") {
  CHECK_FALSE(check_threat_pattern("drop\\s+table"));
  CHECK(check_threat_pattern("")->message == "expected a pattern");
  const auto bad = check_threat_pattern("abc[z-a]");
  REQUIRE(bad);
  CHECK(bad->offset == 4);
  CHECK(bad->message.find("not a pattern of RE2") == 0);
  CHECK(check_threat_pattern("a(b"));
  CHECK(check_threat_pattern("a)|(b"));
  CHECK(check_threat_pattern("ab\\A")->offset == 2);
  CHECK(check_threat_pattern("ab\\z")->offset == 2);
  CHECK_FALSE(check_threat_pattern("ab\\\\A"));
  CHECK(check_threat_pattern("x*")->message.find("empty text") != std::string::npos);
  CHECK_FALSE(check_threat_pattern(std::string(kMaxThreatPattern, 'x')));
  CHECK(check_threat_pattern(std::string(kMaxThreatPattern + 1, 'x'))->offset == kMaxThreatPattern);
}

TEST_CASE("all faults of a config are told") {
  config::Security security;
  security.threat_disable = {{"sqli-union-selec", {0, 3, 1, 1}}, {"own-rule", {0, 4, 1, 1}}};
  security.threat_rules = {
      own("a", "x("), own("b", "x", {"cookie"}), own("", "x"),      own("c", "x"),
      own("c", "y"),  own("nul-byte", "x"),      own("d", "\\xff+")};
  const auto told = faults(security);
  REQUIRE(told.size() == 7);
  CHECK(told[0].place.line == 3);
  CHECK(told[0].message.find("did you mean \"sqli-union-select\"") != std::string::npos);
  CHECK(told[1].place.line == 4);
  CHECK(told[2].place.line == 7);
  CHECK(told[3].message.find("\"cookie\"") != std::string::npos);
  CHECK(told[4].message == "a rule needs an id");
  CHECK(told[5].message == "another rule has the id \"c\" already");
  CHECK(told[6].message == "another rule has the id \"nul-byte\" already");
}

TEST_CASE("the number of own rules is bounded") {
  config::Security security;
  for (std::size_t i = 0; i < kMaxOwnThreats; ++i) {
    security.threat_rules.push_back(own("own-" + std::to_string(i), "needle" + std::to_string(i)));
  }
  CHECK(faults(security).empty());
  security.threat_rules.push_back(own("one-more", "x"));
  CHECK(faults(security).size() == 1);
}

TEST_CASE("an id of a disabled rule stays taken, and the rule is quiet") {
  config::Security security;
  security.threat_disable = {{"nul-byte", {}}, {"unusual-method", {}}};
  const auto rules = ThreatRules::compile(security);
  REQUIRE(rules.ok());
  CHECK(matching(*rules, std::string_view("a\0b", 3), kInQuery).empty());
  CHECK(rules->shape(ThreatShape::method) == nullptr);
  CHECK(rules->shape(ThreatShape::path_size)->id == "long-path");
  security.threat_rules = {own("nul-byte", "x")};
  CHECK(faults(security).size() == 1);
}

TEST_CASE("own rules look where they are told, without case, at the ends of lines") {
  config::Security security;
  security.threat_rules = {own("tea", "^teapot$", {"query", "body"}), own("all", "kettle"),
                           own("head", "spoon", {"header"})};
  const auto rules = ThreatRules::compile(security);
  REQUIRE(rules.ok());
  CHECK(matching(*rules, "TeaPot", kInQuery) == Ids{"tea"});
  CHECK(matching(*rules, "one\nteapot\ntwo", kInBody) == Ids{"tea"});
  CHECK(matching(*rules, "teapots", kInQuery).empty());
  CHECK(matching(*rules, "teapot", kInPath).empty());
  CHECK(matching(*rules, "a kettle", kInUserAgent) == Ids{"all"});
  CHECK(matching(*rules, "spoon", kInUserAgent) == Ids{"head"});
  CHECK(matching(*rules, "spoon", kInHeader) == Ids{"head"});
  CHECK(matching(*rules, "spoon", kInBody).empty());
  CHECK(rules->own_in(kInPath));
}

TEST_CASE("octets match as Latin-1") {
  config::Security security;
  security.threat_rules = {own("octets", "\\xff[\\x80-\\x8f]")};
  const auto rules = ThreatRules::compile(security);
  REQUIRE(rules.ok());
  CHECK(matching(*rules, "a\xff\x81", kInBody) == Ids{"octets"});
  CHECK(matching(*rules, "\xe0\xb8\xaa\xe0\xb8\xa7", kInQuery).empty());  // Thai is not overlong
  CHECK(matching(*rules, "\xc0\xaf", kInQuery) == Ids{"overlong-utf8"});
}

TEST_CASE("rules that do not fit are refused; states that do not fit cost time, not results") {
  const auto refused = ThreatRules::compile({}, 64 << 10);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().size() == 1);

  std::int64_t memory = 128 << 10;
  while (!ThreatRules::compile({}, memory)) memory += 32 << 10;
  REQUIRE(memory < kThreatMemory / 2);
  const auto tight = ThreatRules::compile({}, memory);
  const auto wide = ThreatRules::compile({});
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {"<a ", "' or ", "; ", "|",  "$(", "../", "if(", "case ",
                                           "{{",  "&#x",   "${", "@@", "x",  "7",   "=",   "\n"};
  for (int round = 0; round < 200; ++round) {
    std::string text;
    while (text.size() < 400) text += pieces[random() % pieces.size()];
    if (round % 3 == 0) text += " union select null";
    CAPTURE(text);
    REQUIRE(matching(*tight, text, kInQuery) == matching(*wide, text, kInQuery));
    REQUIRE(tight->any(text) == wide->any(text));
  }
}

}  // namespace
}  // namespace gateway::policy
