#pragma once

#include <cstdint>
#include <vector>

#include "gatewayd/control/answer.h"
#include "shared/base/result.h"
#include "shared/control/param_texts.h"
#include "shared/store/reader.h"

namespace gateway::control {

inline constexpr std::uint32_t kMaxCourseHours = 168;

// ?hours=: 1 to `most`; without it 24.
Result<std::uint32_t, ParamError> parse_hours(const Params& params, std::uint32_t most);
std::vector<ParamText> hours_param_texts();
std::vector<ParamText> course_param_texts();

// The traffic of the last hours in equal steps on the clock, oldest first, and as a whole.
Answer course_answer(store::Reader& reader, std::uint32_t hours, UnixMicros now);
// Response times of the last hours by route, those of the highest p99 first.
Answer performance_answer(store::Reader& reader, std::uint32_t hours, UnixMicros now);

}  // namespace gateway::control
