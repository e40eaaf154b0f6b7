#include "tests/unit/shared/policy/threat_corpus.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace gateway::policy {
namespace {

constexpr double kMostFalse = 0.01;
constexpr double kLeastFound = 0.90;

std::filesystem::path folder(const char* name) {
  return std::filesystem::path(GATEWAYD_TESTS_DIR) / "corpus/threats" / name;
}

config::Security security() {
  config::Security security;
  security.threat_headers = {"User-Agent", "Referer"};
  return security;
}

std::string told(const corpus::Line& line, const ThreatVerdict& verdict) {
  std::string text = line.file + ":" + std::to_string(line.number) + ": " + line.place + " " +
                     line.text.substr(0, 100);
  for (const ThreatFinding& finding : verdict.findings) {
    text += "\n    " + finding.rule->id + ": " + finding.excerpt;
  }
  return text;
}

struct Count {
  std::size_t lines = 0;
  std::size_t hostile = 0;
  std::set<std::string> rules;     // that found something
  std::vector<std::string> other;  // lines that are not told right
};

Count count(const char* name, bool hostile) {
  const auto rules = ThreatRules::compile(security());
  if (!rules) {
    for (const ThreatFault& fault : rules.error()) MESSAGE(fault.message);
  }
  REQUIRE(rules.ok());
  ThreatScratch scratch;
  Count count;
  for (const corpus::Line& line : corpus::read(folder(name))) {
    CAPTURE(line.place);
    ThreatVerdict verdict;
    REQUIRE(corpus::scan(*rules, line, scratch, verdict));
    ++count.lines;
    count.hostile += verdict.hostile() ? 1 : 0;
    if (verdict.hostile() != hostile) count.other.push_back(told(line, verdict));
    for (const ThreatFinding& finding : verdict.findings) count.rules.insert(finding.rule->id);
  }
  return count;
}

TEST_CASE("of ordinary requests at most one in a hundred is found hostile") {
  const Count counted = count("ordinary", false);
  for (const std::string& line : counted.other) MESSAGE(line);
  MESSAGE(counted.hostile << " of " << counted.lines << " ordinary requests");
  CHECK(counted.lines >= 600);
  CHECK(static_cast<double>(counted.hostile) <= kMostFalse * static_cast<double>(counted.lines));
}

TEST_CASE("of attacks at least nine in ten are found") {
  const Count counted = count("hostile", true);
  for (const std::string& line : counted.other) MESSAGE(line);
  MESSAGE(counted.hostile << " of " << counted.lines << " attacks");
  CHECK(counted.lines >= 200);
  CHECK(static_cast<double>(counted.hostile) >= kLeastFound * static_cast<double>(counted.lines));
}

TEST_CASE("leaving out texts without a signal changes no verdict") {
  const auto rules = ThreatRules::compile(security());
  config::Security with_own = security();
  with_own.threat_rules = {{"never", {"\x01\x02\x03\x04never", {}}, {}, {}}};
  const auto thorough = ThreatRules::compile(with_own);  // a rule of the config looks at all texts
  REQUIRE(rules.ok());
  REQUIRE(thorough.ok());
  ThreatScratch scratch;
  for (const char* name : {"ordinary", "hostile"}) {
    for (const corpus::Line& line : corpus::read(folder(name))) {
      ThreatVerdict quick;
      ThreatVerdict slow;
      REQUIRE(corpus::scan(*rules, line, scratch, quick));
      REQUIRE(corpus::scan(*thorough, line, scratch, slow));
      CAPTURE(told(line, slow));
      REQUIRE(quick.findings.size() == slow.findings.size());
      for (std::size_t i = 0; i < slow.findings.size(); ++i) {
        CHECK(quick.findings[i].rule->id == slow.findings[i].rule->id);
        CHECK(quick.findings[i].excerpt == slow.findings[i].excerpt);
      }
    }
  }
}

}  // namespace
}  // namespace gateway::policy
