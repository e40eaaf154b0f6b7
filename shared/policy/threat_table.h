#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gateway::policy {

enum class ThreatClass : std::uint8_t {
  sql_injection,
  xss,
  path_traversal,
  command_injection,
  user_agent,
  unusual,
  own,  // a rule of the config
};

// The word that logs use: "sql_injection", …
std::string_view name_of(ThreatClass kind);

// Where a rule looks; a set of these bits.
using ThreatPlaces = std::uint8_t;
inline constexpr ThreatPlaces kInMethod = 1;
inline constexpr ThreatPlaces kInPath = 2;
inline constexpr ThreatPlaces kInQuery = 4;   // names and values
inline constexpr ThreatPlaces kInHeader = 8;  // values of the chosen fields, without User-Agent
inline constexpr ThreatPlaces kInUserAgent = 16;
inline constexpr ThreatPlaces kInBody = 32;  // names and values of forms, strings of JSON
inline constexpr ThreatPlaces kInFields = kInHeader | kInUserAgent;
inline constexpr ThreatPlaces kInTarget = kInPath | kInQuery;
inline constexpr ThreatPlaces kInHead = kInTarget | kInFields;
inline constexpr ThreatPlaces kInAll = kInHead | kInBody;

// The word for one bit: "path", "query", …
std::string_view name_of_place(ThreatPlaces place);

// What no pattern tells: shapes of a request that the scan itself counts.
enum class ThreatShape : std::uint8_t {
  none,
  method,     // a method that services have no use for
  path_size,  // see the bounds in threat_scan.h
  name_size,
  value_size,
  parameters,
  json_depth,
};
inline constexpr std::size_t kThreatShapes = 7;

// A rule that the gateway brings along.
struct BuiltInThreat {
  std::string_view id;  // stable: configs and logs name it
  ThreatClass kind;
  ThreatPlaces in;
  std::string_view pattern;  // RE2, Latin-1, case ignored, ^ and $ at every line; empty for shapes
  std::string_view reason;   // one line for logs
  ThreatShape shape = ThreatShape::none;
};

// In the order in which findings are listed.
//
// What a pattern may rely on: it sees one decoded text at a time (a path, a name, a value, a
// string); where comments of SQL stand, also a second version with spaces in their place. What it
// must keep to: a match in a query or a body holds an octet that threat_scan.cc calls a signal, or
// "__" or "--", since texts without one are never matched.
std::span<const BuiltInThreat> built_in_threats();

}  // namespace gateway::policy
