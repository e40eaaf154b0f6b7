#include "gatewayd/control/traffic_course.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "shared/base/timestamp.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::uint32_t kDefaultHours = 24;
// Of a step, the finest that gives at most kMostSteps.
constexpr std::int64_t kMostSteps = 14;
constexpr std::array<std::int64_t, 7> kStepMinutes = {5, 10, 60, 120, 240, 480, 720};

bool is_hours(const std::string& text, std::uint32_t& out) {
  const auto number = parse_number<std::uint32_t>(text);
  out = number.value_or(0);
  return out > 0;
}
constexpr Param<std::uint32_t> kHours[] = {{"hours", is_hours, "1 to 87600"}};
constexpr Param<std::uint32_t> kCourseHours[] = {{"hours", is_hours, "1 to 168"}};

UnixMicros micros(std::chrono::microseconds time) {
  return time.count();
}

json step_of(const store::Stats& stats) {
  json step = to_document(stats)["total"];
  step.erase("key");
  step["time"] = format_rfc3339(stats.since);
  return step;
}

// Of all steps together: percentiles do not add up, and are left out.
json sum_of(const std::vector<store::StatsRow>& steps) {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint32_t max_us = 0;
  for (const store::StatsRow& step : steps) {
    requests += step.requests;
    errors += step.errors;
    max_us = std::max(max_us, step.max_us);
  }
  const double rate =
      requests > 0 ? static_cast<double>(errors) / static_cast<double>(requests) : 0.0;
  return {{"requests", requests}, {"errors", errors}, {"error_rate", rate}, {"max_us", max_us}};
}

}  // namespace

Result<std::uint32_t, ParamError> parse_hours(const Params& params, std::uint32_t most) {
  std::uint32_t asked = kDefaultHours;
  const bool is_course = most == kMaxCourseHours;
  const auto wrong =
      is_course ? read_all(params, kCourseHours, asked) : read_all(params, kHours, asked);
  if (wrong) return *wrong;
  if (asked > most) {
    return ParamError{"the parameter hours takes 1 to " + std::to_string(most)};
  }
  return asked;
}

std::vector<ParamText> hours_param_texts() {
  return texts_of(kHours);
}
std::vector<ParamText> course_param_texts() {
  return texts_of(kCourseHours);
}

Answer course_answer(store::Reader& reader, std::uint32_t asked, UnixMicros now) {
  std::int64_t step = kStepMinutes.back();
  for (const std::int64_t candidate : kStepMinutes) {
    if (asked * 60 > candidate * kMostSteps) continue;
    step = candidate;
    break;
  }
  const UnixMicros width = micros(minutes(step));
  // Steps end on the clock, the last one with the one that is under way.
  const UnixMicros until = (now / width + 1) * width;
  json steps = json::array();
  std::vector<store::StatsRow> totals;
  store::StatsQuery query;
  query.by = store::StatsBy::status;
  const UnixMicros since = until - micros(hours(asked));
  for (UnixMicros at = since; at < until; at += width) {
    query.since = at;
    query.until = std::min(at + width, now + 1);
    const auto found = reader.stats(query);
    if (!found) return problem(503, found.error().message);
    steps.push_back(step_of(*found));
    totals.push_back(found->total);
  }
  return json_answer({{"format", kFormat},
                      {"since", format_rfc3339(since)},
                      {"until", format_rfc3339(now)},
                      {"step", std::to_string(step) + "m"},
                      {"steps", std::move(steps)},
                      {"total", sum_of(totals)}});
}

Answer performance_answer(store::Reader& reader, std::uint32_t asked, UnixMicros now) {
  store::StatsQuery query;
  query.since = now - micros(hours(asked));
  query.until = now + 1;
  auto found = reader.stats(query);
  if (!found) return problem(503, found.error().message);
  std::stable_sort(found->rows.begin(), found->rows.end(),
                   [](const auto& a, const auto& b) { return a.p99_us > b.p99_us; });
  json document = to_document(*found);
  document["routes"] = std::move(document["rows"]);
  document.erase("rows");
  return json_answer(document);
}

}  // namespace gateway::control
