#include "shared/control/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "shared/base/timestamp.h"
#include "shared/base/units.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

constexpr UnixMicros kHourMicros = 3'600'000'000;
constexpr UnixMicros kNoTime = std::numeric_limits<UnixMicros>::min();

using Filter = store::LogFilter;

constexpr Param<Filter> kLogParams[] = {
    {"since", [](const auto& t, Filter& f) { return assign(parse_rfc3339(t), f.since); },
     kTakesTime},
    {"until", [](const auto& t, Filter& f) { return assign(parse_rfc3339(t), f.until); },
     kTakesTime},
    {"status", [](const auto& t, Filter& f) { return parse_status(t, f); },
     "a status (404), a class (5xx) or a range (400-499)"},
    {"method", [](const auto& t, Filter& f) { return assign_text(t, f.method); }, kTakesText},
    {"path", [](const auto& t, Filter& f) { return assign_text(t, f.path_prefix); }, kTakesText},
    {"service", [](const auto& t, Filter& f) { return assign_text(t, f.service); }, kTakesText},
    {"route", [](const auto& t, Filter& f) { return assign_text(t, f.route); }, kTakesText},
    {"user", [](const auto& t, Filter& f) { return assign_text(t, f.user); }, kTakesText},
    {"client", [](const auto& t, Filter& f) { return assign_text(t, f.client); }, kTakesText},
    {"slower_than_us",
     [](const auto& t, Filter& f) {
       return assign(parse_number<std::uint32_t>(t), f.slower_than_us);
     },
     "microseconds"},
    {"text", [](const auto& t, Filter& f) { return assign_text(t, f.text); }, kTakesText},
    {"id", [](const auto& t, Filter& f) { return assign(parse_uuid(t), f.id); }, "a request id"},
    {"before",
     [](const auto& t, Filter& f) { return assign(parse_number<std::int64_t>(t), f.before); },
     kTakesRow},
    {"after",
     [](const auto& t, Filter& f) { return assign(parse_number<std::int64_t>(t), f.after); },
     kTakesRow},
    {"limit", [](const auto& t, Filter& f) { return assign_limit(t, kLogPageRows, f.limit); },
     "1 to 1000"},
    {"offset",
     [](const auto& t, Filter& f) {
       const auto offset = parse_number<std::size_t>(t);
       f.offset = offset.value_or(0);
       return offset && *offset <= store::kMaxLogOffset;
     },
     "0 to 1000000"},
    // The same under the names that the gateways before this one had.
    {"target_service", [](const auto& t, Filter& f) { return assign_text(t, f.service); },
     kTakesText},
    {"user_id", [](const auto& t, Filter& f) { return assign_text(t, f.user); }, kTakesText},
    {"status_code", [](const auto& t, Filter& f) { return parse_status(t, f); },
     "a status (404), a class (5xx) or a range (400-499)"},
    {"start_date", [](const auto& t, Filter& f) { return assign(parse_rfc3339(t), f.since); },
     kTakesTime},
    {"end_date", [](const auto& t, Filter& f) { return assign(parse_rfc3339(t), f.until); },
     kTakesTime},
    {"cursor",
     [](const auto& t, Filter& f) { return assign(parse_number<std::int64_t>(t), f.before); },
     "the cursor of the page before"},
};

bool parse_by(std::string_view text, store::StatsBy& by) {
  using By = store::StatsBy;
  for (const auto candidate :
       {By::route, By::service, By::status, By::client, By::user, By::path}) {
    if (text == name_of(candidate)) return by = candidate, true;
  }
  return false;
}

bool assign_time(std::string_view text, UnixMicros& out) {
  const auto time = parse_rfc3339(text);
  if (time) out = *time;
  return time.has_value();
}

struct Stats : store::StatsQuery {
  std::optional<std::uint32_t> hours;
};
constexpr Param<Stats> kStatsParams[] = {
    {"hours",
     [](const auto& t, Stats& q) {
       return assign(parse_number<std::uint32_t>(t), q.hours) && *q.hours >= 1 &&
              *q.hours <= kMaxStatsHours;
     },
     "1 to 87600"},
    {"since", [](const auto& t, Stats& q) { return assign_time(t, q.since); }, kTakesTime},
    {"until", [](const auto& t, Stats& q) { return assign_time(t, q.until); }, kTakesTime},
    {"by", [](const auto& t, Stats& q) { return parse_by(t, q.by); },
     "route, service, status, client, user or path"},
    {"route", [](const auto& t, Stats& q) { return assign_text(t, q.route); }, kTakesText},
    {"service", [](const auto& t, Stats& q) { return assign_text(t, q.service); }, kTakesText},
    {"limit",
     [](const auto& t, Stats& q) { return assign_limit(t, store::kMaxStatsRows, q.limit); },
     "1 to 10000"},
};

std::string status_text(const store::StatusRange& range) {
  if (range.from == range.to) return std::to_string(range.from);
  if (range.from % 100 == 0 && range.to == range.from + 99) {
    return fmt::format("{}xx", range.from / 100);
  }
  return fmt::format("{}-{}", range.from, range.to);
}

}  // namespace

bool parse_status(std::string_view text, store::LogFilter& filter) {
  const auto status = [](std::string_view digits) -> std::uint16_t {
    const bool valid = digits.size() == 3 && digits[0] >= '1' && digits[0] <= '5';
    return valid ? parse_number<std::uint16_t>(digits).value_or(0) : std::uint16_t{0};
  };
  store::StatusRange range;
  if (text.size() == 3 && text.ends_with("xx")) {
    range.from = status(std::string{text[0], '0', '0'});
    range.to = static_cast<std::uint16_t>(range.from + 99);
  } else {
    const std::size_t dash = text.find('-');
    range.from = status(text.substr(0, dash));
    range.to = dash == text.npos ? range.from : status(text.substr(dash + 1));
  }
  if (range.from == 0 || range.to < range.from) return false;
  filter.status = range;
  return true;
}

Params to_params(const store::LogFilter& filter) {
  Params params;
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) params.emplace_back(name, value);
  };
  const auto number = [&](const char* name, const auto& value) {
    if (value) params.emplace_back(name, std::to_string(*value));
  };
  if (filter.since) params.emplace_back("since", format_rfc3339(*filter.since));
  if (filter.until) params.emplace_back("until", format_rfc3339(*filter.until));
  if (filter.status) params.emplace_back("status", status_text(*filter.status));
  text("method", filter.method);
  text("path", filter.path_prefix);
  text("service", filter.service);
  text("route", filter.route);
  text("user", filter.user);
  text("client", filter.client);
  number("slower_than_us", filter.slower_than_us);
  text("text", filter.text);
  if (filter.id) params.emplace_back("id", to_string(*filter.id));
  number("before", filter.before);
  number("after", filter.after);
  if (filter.offset > 0) params.emplace_back("offset", std::to_string(filter.offset));
  params.emplace_back("limit", std::to_string(std::min(filter.limit, kLogPageRows)));
  return params;
}

Result<store::LogFilter, ParamError> parse_log_filter(const Params& params) {
  store::LogFilter filter;
  if (auto wrong = read_all(params, kLogParams, filter)) return *wrong;
  if (filter.before && filter.after) {
    return ParamError{"the parameters before and after exclude each other"};
  }
  return filter;
}

std::string_view name_of(store::StatsBy by) {
  switch (by) {
    case store::StatsBy::route:
      return "route";
    case store::StatsBy::service:
      return "service";
    case store::StatsBy::status:
      return "status";
    case store::StatsBy::client:
      return "client";
    case store::StatsBy::user:
      return "user";
    case store::StatsBy::path:
      return "path";
  }
  return "route";
}

Params to_params(const store::StatsQuery& query) {
  Params params{{"since", format_rfc3339(query.since)},
                {"until", format_rfc3339(query.until)},
                {"by", std::string(name_of(query.by))},
                {"limit", std::to_string(query.limit)}};
  if (!query.route.empty()) params.emplace_back("route", query.route);
  if (!query.service.empty()) params.emplace_back("service", query.service);
  return params;
}

Result<store::StatsQuery, ParamError> parse_stats_query(const Params& params, UnixMicros now) {
  Stats query;
  query.until = now;
  query.since = kNoTime;
  if (auto wrong = read_all(params, kStatsParams, query)) return *wrong;
  if (query.hours && query.since != kNoTime) {
    return ParamError{"the parameters hours and since exclude each other"};
  }
  if (query.since == kNoTime) query.since = query.until - query.hours.value_or(24) * kHourMicros;
  if (query.since >= query.until) return ParamError{"since must be earlier than until"};
  return static_cast<const store::StatsQuery&>(query);
}

std::vector<ParamText> log_param_texts() {
  return texts_of(kLogParams);
}
std::vector<ParamText> stats_param_texts() {
  return texts_of(kStatsParams);
}

}  // namespace gateway::control
