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
constexpr std::int64_t kMostSteps = 48;
// Minutes that divide a day; the finest that gives at most kMostSteps is taken.
constexpr std::array<std::int64_t, 6> kStepMinutes = {5, 15, 30, 60, 120, 240};

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
  store::StatsQuery query;
  query.by = store::StatsBy::status;
  for (UnixMicros at = until - micros(hours(asked)); at < until; at += width) {
    query.since = at;
    query.until = std::min(at + width, now + 1);
    const auto found = reader.stats(query);
    if (!found) return problem(503, found.error().message);
    steps.push_back(step_of(*found));
  }
  query.since = until - micros(hours(asked));
  query.until = now + 1;
  const auto whole = reader.stats(query);
  if (!whole) return problem(503, whole.error().message);
  json document = to_document(*whole);
  document["by_status"] = std::move(document["rows"]);
  document.erase("rows");
  document["step"] = std::to_string(step) + "m";
  document["steps"] = std::move(steps);
  return json_answer(document);
}

Answer performance_answer(store::Reader& reader, std::uint32_t asked, UnixMicros now) {
  json document = {{"format", kFormat}};
  for (const auto& [name, by] : {std::pair{"routes", store::StatsBy::route},
                                 std::pair{"services", store::StatsBy::service}}) {
    store::StatsQuery query;
    query.by = by;
    query.since = now - micros(hours(asked));
    query.until = now + 1;
    auto found = reader.stats(query);
    if (!found) return problem(503, found.error().message);
    std::stable_sort(found->rows.begin(), found->rows.end(),
                     [](const auto& a, const auto& b) { return a.p99_us > b.p99_us; });
    const json rows = to_document(*found);
    document[name] = rows["rows"];
    for (const char* same : {"since", "until", "total"}) document[same] = rows[same];
  }
  return json_answer(document);
}

}  // namespace gateway::control
