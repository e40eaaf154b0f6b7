#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/fields.h"
#include "shared/policy/threat_rules.h"

namespace gateway::policy {

inline constexpr std::size_t kMaxThreatFindings = 8;
inline constexpr std::size_t kMaxThreatExcerpt = 64;  // bytes; of a name as well
// What is ordinary; one more is a finding of the rule behind it.
inline constexpr std::size_t kOrdinaryPath = 2048;   // bytes of a path as received
inline constexpr std::size_t kOrdinaryName = 256;    // bytes of a parameter's name
inline constexpr std::size_t kOrdinaryValue = 4096;  // bytes of a query's or field's value
inline constexpr std::size_t kOrdinaryQueryPairs = 128;
inline constexpr std::size_t kOrdinaryFormPairs = 1024;
inline constexpr std::size_t kOrdinaryJsonDepth = 64;
// Bytes of texts that are matched in one pass; more take another one.
inline constexpr std::size_t kThreatPass = 64 << 10;

// The request line and fields. The views must last as long as the scan.
struct ThreatHead {
  std::string_view method;
  std::string_view path;   // as received: still encoded and with its dots, without the query
  std::string_view query;  // without its "?"
  const Fields& fields;
};

enum class ThreatBodyKind : std::uint8_t { unknown, form, json, multipart };

// By media type: application/x-www-form-urlencoded, application/json and those with +json,
// multipart/form-data.
ThreatBodyKind threat_body_kind(std::string_view content_type);

struct ThreatFinding {
  const ThreatRule* rule;  // of the rules that were scanned with
  ThreatPlaces place;      // one bit
  std::string name;        // of the parameter, field or key; empty for a path
  std::string excerpt;     // what matched: printable ASCII, bounded, long numbers and tokens masked
};

struct ThreatVerdict {
  // The first of each rule, in the order in which they were met; at most kMaxThreatFindings.
  std::vector<ThreatFinding> findings;
  bool out_of_memory = false;  // the states of a pass did not fit and rules were tried one by one

  bool hostile() const { return !findings.empty(); }
};

// Buffers of a scan, to be kept by each worker. They hold at most kThreatPass bytes and three times
// the largest text.
class ThreatScratch {
 private:
  friend class ThreatScan;
  struct Text {
    ThreatPlaces place;
    std::size_t start;
    std::size_t size;
    std::string_view name;
  };
  std::string joined_;
  std::vector<Text> texts_;
  std::string decoded_;
  std::string twice_;
  std::string spaced_;
  std::string unescaped_;
  std::vector<int> indices_;
  std::vector<const ThreatRule*> matched_;
};

// Add what the rules find to the verdict, which is empty at first; no findings, no allocation once
// the scratch has grown. Whether that blocks or is noted alone is the caller's.
//
// Looked at are the path, decoded once, and once more when that left escapes; the query's names and
// values, decoded likewise with "+" as space; the values of ThreatRules::fields().
void scan_threats(const ThreatRules& rules, const ThreatHead& head, ThreatScratch& scratch,
                  ThreatVerdict& verdict);

// Looked at are the names and values of a form, all strings of a JSON text, the text fields of
// multipart/form-data. `body` is what the caller has of it, whole or cut off anywhere; its size is
// the bound of the work. Bodies of other kinds are not looked at.
void scan_threats(const ThreatRules& rules, std::string_view content_type, std::string_view body,
                  ThreatScratch& scratch, ThreatVerdict& verdict);

}  // namespace gateway::policy
