#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.h"
#include "shared/decision/explain.h"
#include "shared/decision/trace.h"

namespace gateway::decision {

// What of a request the words about its steps need: taken from an exchange by explain(), and out of
// the bytes of a kept trace afterwards, so that both say the same. The views live as long as what
// they were taken from.
struct StepFacts {
  UnixMicros time = 0;
  bool preflight = false;
  bool cors_allowed = false;
  std::string_view cors_origin;  // allowed by name; empty: by "*", or not
  bool identified = false;
  std::string_view user;
  std::vector<std::string_view> roles;
  std::vector<std::string_view> scopes;
  UnixMicros expires = 0;                       // 0: never
  std::vector<std::string_view> needed_roles;   // one of them
  std::vector<std::string_view> needed_scopes;  // all of them
};

// One rule's verdict on a request.
struct LimitFacts {
  std::string_view name;
  std::string counted_by;  // "ip 203.0.113.9, endpoint GET samples"
  std::string place;       // "gatewayd.toml:41"
  Verdict verdict = Verdict::passed;
  bool allowed = true;
  bool bucket = false;
  std::uint32_t cost = 1;
  std::uint64_t capacity = 0;     // as configured
  std::uint64_t limit = 0;        // in force
  std::uint64_t used = 0;         // with this request, if it is allowed
  std::int64_t reset = 0;         // Unix seconds
  std::uint32_t retry_after = 0;  // seconds
};

// The line about one step that is neither the route nor a limit.
ExplainLine line_of(const Step& step, const StepFacts& facts);
// The line about a limit. What is used is told without this request.
ExplainLine line_of(const LimitFacts& limit, UnixMicros now);

// "12s" "31m" "2h" "3d": the nearest whole number of the largest unit that tells it well.
std::string span_text(std::int64_t seconds);
ExplainLine::Kind kind_of(Verdict verdict);

}  // namespace gateway::decision
