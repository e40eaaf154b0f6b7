#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.h"

namespace gateway::decision {

// Figures that a change of the configuration is held to: "5xx<1%,p99<+20%". Each is below a bound:
// a share of answers ("5xx", "4xx") below per cent of all; a percentile ("p50", "p90", "p95",
// "p99") below a duration ("p99<200ms"), or below the same percentile before the change and so much
// more ("p99<+20%").
struct GuardTerm {
  enum class Figure : std::uint8_t { share_4xx, share_5xx, p50, p90, p95, p99 };
  Figure figure = Figure::share_5xx;
  bool relative = false;
  double bound = 0;  // per cent of a share, microseconds of a percentile, per cent when relative
  std::string text;  // as it was written
};

struct Guard {
  std::vector<GuardTerm> terms;
  std::string text;
  bool compares() const;  // with the figures before
};

inline constexpr std::size_t kMaxGuardTerms = 8;

struct GuardError {
  std::string message;  // what is wrong with which term, and what is expected
};

Result<Guard, GuardError> parse_guard(std::string_view text);

// Requests of one time.
struct GuardFigures {
  std::uint64_t requests = 0;
  double share_4xx = 0;  // per cent
  double share_5xx = 0;
  double p50_us = 0, p90_us = 0, p95_us = 0, p99_us = 0;
};

// Fewer requests than these tell nothing.
inline constexpr std::uint64_t kMinGuardRequests = 100;

struct GuardJudgement {
  enum class State : std::uint8_t { too_few, holds, broken };
  State state = State::too_few;
  std::string why;  // broken: "p99<+20%: it was 12 ms and is 31 ms over 412 requests"
};

// Whether what a guard asks for holds. Pure.
GuardJudgement judge(const Guard& guard, const GuardFigures& before, const GuardFigures& after);

}  // namespace gateway::decision
