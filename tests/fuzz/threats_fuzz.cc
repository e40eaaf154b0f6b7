// Requests from anywhere against all threat rules: no crash, findings that are bounded and true,
// and texts that are left out unseen hold nothing that a rule would match.
// Input: a method, a path, a query, a User-Agent, a content type, a line each, then a body.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "shared/policy/threat_scan.h"

namespace {

using namespace gateway;
using namespace gateway::policy;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

ThreatRules build(bool thorough) {
  config::Security security;
  security.threat_headers = {"User-Agent"};
  // A rule of the config makes the scan look at every text.
  if (thorough) security.threat_rules = {{"never", {"\\xfe{9}never\\xfe{9}", {}}, {}, {}}};
  auto rules = ThreatRules::compile(security);
  require(rules.ok());
  return std::move(*rules);
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void check(const ThreatVerdict& verdict) {
  require(verdict.findings.size() <= kMaxThreatFindings && !verdict.out_of_memory);
  for (const ThreatFinding& finding : verdict.findings) {
    require(finding.rule != nullptr && (finding.rule->in & finding.place) != 0);
    require(finding.name.size() <= kMaxThreatExcerpt && is_printable(finding.name));
    require(finding.excerpt.size() <= kMaxThreatExcerpt && is_printable(finding.excerpt));
  }
}

void require_same(const ThreatVerdict& a, const ThreatVerdict& b) {
  require(a.findings.size() == b.findings.size());
  for (std::size_t i = 0; i < a.findings.size(); ++i) {
    require(a.findings[i].rule->id == b.findings[i].rule->id);
    require(a.findings[i].excerpt == b.findings[i].excerpt);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ThreatRules kQuick = build(false);
  static const ThreatRules kThorough = build(true);
  static ThreatScratch scratch;

  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view method = take_line(text);
  const std::string_view path = take_line(text);
  const std::string_view query = take_line(text);
  const Fields fields = {{"User-Agent", take_line(text), "", FieldId::other}};
  const std::string_view type = take_line(text);

  ThreatVerdict quick_head;
  ThreatVerdict thorough_head;
  scan_threats(kQuick, {method, path, query, fields}, scratch, quick_head);
  scan_threats(kThorough, {method, path, query, fields}, scratch, thorough_head);
  check(quick_head);
  require_same(quick_head, thorough_head);

  ThreatVerdict quick_body;
  ThreatVerdict thorough_body;
  scan_threats(kQuick, type, text, scratch, quick_body);
  scan_threats(kThorough, type, text, scratch, thorough_body);
  check(quick_body);
  require_same(quick_body, thorough_body);
  return 0;
}
