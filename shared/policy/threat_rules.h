#pragma once

#include <re2/re2.h>
#include <re2/set.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"
#include "shared/config/policies.h"
#include "shared/policy/threat_table.h"

namespace gateway::policy {

// Bytes that all rules together may take: their program and the states that matching builds as
// traffic needs them. When the states fill it they are dropped and built anew, which costs time and
// no result.
inline constexpr std::int64_t kThreatMemory = 16 << 20;
// Bytes for finding where one rule matched; per rule and only after it has matched.
inline constexpr std::int64_t kThreatRuleMemory = 1 << 20;
inline constexpr std::size_t kMaxThreatPattern = 1024;  // bytes of a pattern of the config
inline constexpr std::size_t kMaxOwnThreats = 256;

// A rule as it is matched. Lives as long as its ThreatRules.
struct ThreatRule {
  std::string id;
  ThreatClass kind = ThreatClass::own;
  ThreatPlaces in = 0;
  std::string reason;
  std::unique_ptr<const RE2> pattern;  // none for a shape
};

// What is wrong with the rules of a config.
struct ThreatFault {
  config::Place place;
  std::size_t offset = 0;  // bytes into the pattern; 0 when the fault is not in one
  std::string message;
};

// What is wrong with a pattern: it must be RE2, at most kMaxThreatPattern bytes, must not match the
// empty text, and knows ^ and $ (at every line) but neither \A nor \z. Offset counts in `pattern`.
std::optional<ThreatFault> check_threat_pattern(std::string_view pattern);

// The built-in rules that a config leaves on and its own, compiled into one RE2::Set. Texts are
// taken as Latin-1, so that any octets match without being decoded first, and case is ignored.
// Immutable once built; every worker may match at once.
class ThreatRules {
 public:
  // Refuses ids that are given twice, taken or unknown, places that do not exist, patterns as
  // above, more than kMaxOwnThreats rules, and rules that `max_memory` bytes do not hold.
  static Result<ThreatRules, std::vector<ThreatFault>> compile(
      const config::Security& security, std::int64_t max_memory = kThreatMemory);

  const std::vector<ThreatRule>& rules() const { return rules_; }
  // Names of the fields that are looked at.
  const std::vector<std::string>& fields() const { return fields_; }
  // The rule for a shape; nullptr when it is disabled.
  const ThreatRule* shape(ThreatShape shape) const;
  // Whether a rule of the config looks at `place`: then no text there may be left out.
  bool own_in(ThreatPlaces place) const { return (own_in_ & place) != 0; }

  enum class Answer : std::uint8_t { none, some, out_of_memory };
  // Whether any rule of any place matches; allocates nothing.
  Answer any(std::string_view text) const;
  // Puts the rules that look at `place` and match into `out`, in the order of rules(). `scratch`
  // keeps its memory from call to call. On out_of_memory `out` was found rule by rule and is right
  // as well; that is slow, and worth a word in the log.
  Answer all(std::string_view text, ThreatPlaces place, std::vector<int>& scratch,
             std::vector<const ThreatRule*>& out) const;

 private:
  class Compiler;
  explicit ThreatRules(RE2::Set set) : set_(std::move(set)) {}

  RE2::Set set_;
  std::vector<ThreatRule> rules_;                     // rules with patterns first
  std::size_t patterns_ = 0;                          // as many as the set has
  std::array<std::int16_t, kThreatShapes> shapes_{};  // index into rules_; -1: none
  std::vector<std::string> fields_;
  ThreatPlaces own_in_ = 0;
};

}  // namespace gateway::policy
