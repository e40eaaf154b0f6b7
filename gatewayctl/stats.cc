#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/log_options.h"
#include "gatewayctl/log_source.h"
#include "gatewayctl/render/views.h"
#include "shared/base/timestamp.h"
#include "shared/base/units.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"
#include "shared/control/revision_window.h"

namespace gateway::ctl {
namespace {

constexpr UnixMicros kDefaultWindow = 86'400'000'000;

constexpr std::array kOptions = {
    Option{"--since", 0, "TIME", "from this time on: 24h (the default), 30d, 2026-01-02"},
    Option{"--until", 0, "TIME", "before this time (default: now)"},
    Option{"--by", 0, "WHAT",
           "a line for each route (the default), service, status, client, user "
           "or path",
           "route service status client user path"},
    Option{"--compare", 0, "AGE", "beside the same window so long before: 24h, 7d"},
    Option{"--compare-revisions", 0, "A..B",
           "what revision B served beside what A did; A alone: beside the one that serves now"},
    Option{"--top", 0, "COUNT", "the COUNT with the most requests (default: 1000)"},
    Option{"--route", 0, "NAME", "one route alone", "@routes"},
    Option{"--service", 0, "NAME", "one service alone", "@services"},
    Option{"--db", 0, "FILE", "read this database file; no daemon is needed"},
};

Result<store::StatsQuery, OptionError> query_from(const Invocation& invocation) {
  std::optional<UnixMicros> since;
  std::optional<UnixMicros> until;
  if (auto wrong = time_option(invocation, "--since", since)) return *wrong;
  if (auto wrong = time_option(invocation, "--until", until)) return *wrong;
  store::StatsQuery query;
  query.until = until.value_or(invocation.console.now());
  query.since = since.value_or(query.until - kDefaultWindow);
  if (query.since >= query.until) return OptionError{"--since must be earlier than --until"};
  query.route = invocation.value("--route").value_or("");
  query.service = invocation.value("--service").value_or("");
  if (const auto top = invocation.value("--top")) {
    const auto count = parse_count(*top, store::kMaxStatsRows);
    if (!count) return OptionError{fmt::format("--top takes 1 to 10000, not \"{}\"", *top)};
    query.limit = *count;
  }
  using By = store::StatsBy;
  const auto by = invocation.value("--by").value_or("route");
  for (const auto known : {By::route, By::service, By::status, By::client, By::user, By::path}) {
    if (by != control::name_of(known)) continue;
    query.by = known;
    return query;
  }
  return OptionError{
      fmt::format("--by takes route, service, status, client, user or path, not \"{}\"", by)};
}

void tell_how_far(const Invocation& invocation, const store::Stats& stats) {
  if (stats.complete) return;
  invocation.console.err << "counted back to " << format_rfc3339(stats.since)
                         << " only: ask for a shorter window, with --since and --until\n";
}

// The window of `query` so long before.
Result<store::StatsQuery, OptionError> earlier(const store::StatsQuery& query,
                                               std::string_view age) {
  const auto back = parse_duration(age);
  const auto micros = back ? std::chrono::duration_cast<microseconds>(*back).count() : 0;
  if (micros <= 0 || micros > query.since) {
    return OptionError{
        fmt::format("--compare takes how long before: 1h, 24h, 7d, not \"{}\"", age)};
  }
  store::StatsQuery before = query;
  before.since -= micros;
  before.until -= micros;
  return before;
}

using Windows = std::pair<store::StatsQuery, store::StatsQuery>;

// "41..42" or "41"; 0: the one that serves.
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_revisions(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto first = parse_count(text.substr(0, dots), UINT32_MAX);
  if (!first) return std::nullopt;
  std::uint32_t second = 0;
  if (dots != std::string_view::npos) {
    const auto given = parse_count(text.substr(dots + 2), UINT32_MAX);
    if (!given || *given == *first) return std::nullopt;
    second = static_cast<std::uint32_t>(*given);
  }
  return std::pair{static_cast<std::uint32_t>(*first), second};
}

// `query` over the whole minutes in which the revision served, and no other.
Result<store::StatsQuery, SourceError> query_of(const std::vector<store::ConfigChange>& changes,
                                                std::uint32_t revision, UnixMicros now,
                                                store::StatsQuery query) {
  constexpr UnixMicros kMinute = 60'000'000;
  const auto window = control::window_of(changes, revision, now);
  if (!window) {
    return SourceError{kFailed,
                       fmt::format("revision {} has not served, or that is no longer kept: "
                                   "see gatewayctl history",
                                   revision)};
  }
  query.since = (window->since + kMinute - 1) / kMinute * kMinute;
  query.until = window->until / kMinute * kMinute;
  if (query.since >= query.until) {
    return SourceError{kFailed, fmt::format("revision {} has not served for a whole minute: it has "
                                            "no figures of its own",
                                            revision)};
  }
  return query;
}

// The windows of two revisions, the later one first.
Result<Windows, SourceError> revision_windows(LogSource& source, std::uint32_t first,
                                              std::uint32_t second, UnixMicros now,
                                              const store::StatsQuery& query) {
  const auto changes = source.config_changes();
  if (!changes) return changes.error();
  for (auto change = changes->begin(); second == 0 && change != changes->end(); ++change) {
    if (change->verdict == store::ConfigVerdict::live) second = change->revision;
  }
  if (second == first) {
    return SourceError{kUsage, fmt::format("revision {} is the one that serves: name another one "
                                           "to hold it against, as {}..{}",
                                           first, first - 1, first)};
  }
  auto now_query = query_of(*changes, second, now, query);
  if (!now_query) return now_query.error();
  auto before = query_of(*changes, first, now, query);
  if (!before) return before.error();
  return Windows{std::move(*now_query), std::move(*before)};
}

int compare(const Invocation& invocation, LogSource& source, const store::StatsQuery& query,
            const store::StatsQuery& query_before) {
  auto now = source.stats(query);
  if (!now) return source_error(invocation, now.error());
  auto before = source.stats(query_before);
  if (!before) return source_error(invocation, before.error());
  const StatsPair pair{std::move(*now), std::move(*before)};
  if (invocation.json()) {
    print_json(invocation.console.out, {{"format", control::kFormat},
                                        {"now", control::to_document(pair.now)},
                                        {"before", control::to_document(pair.before)}});
  } else if (invocation.output() == "csv") {
    invocation.console.out << comparison_csv(pair);
  } else {
    invocation.console.out << render_comparison(pair, query.by, invocation.colour_out());
  }
  tell_how_far(invocation, pair.now);
  tell_how_far(invocation, pair.before);
  return kDone;
}

int compare_revisions(const Invocation& invocation, const store::StatsQuery& query,
                      std::string_view text) {
  for (const char* other : {"--since", "--until", "--compare"}) {
    if (invocation.has(other)) {
      return usage_error(invocation, fmt::format("--compare-revisions does not go with {}", other));
    }
  }
  const auto numbers = parse_revisions(text);
  if (!numbers) {
    return usage_error(invocation,
                       fmt::format("--compare-revisions takes two revisions as 41..42, or one, not "
                                   "\"{}\"",
                                   text));
  }
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  const auto windows =
      revision_windows(*source, numbers->first, numbers->second, invocation.console.now(), query);
  if (!windows) return source_error(invocation, windows.error());
  return compare(invocation, *source, windows->first, windows->second);
}

int run(const Invocation& invocation) {
  const auto query = query_from(invocation);
  if (!query) return usage_error(invocation, query.error().message);
  const auto revisions = invocation.value("--compare-revisions");
  if (revisions) return compare_revisions(invocation, *query, *revisions);
  std::optional<store::StatsQuery> before;
  if (const auto age = invocation.value("--compare")) {
    const auto wanted = earlier(*query, *age);
    if (!wanted) return usage_error(invocation, wanted.error().message);
    before = *wanted;
  }
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  if (before) return compare(invocation, *source, *query, *before);
  const auto stats = source->stats(*query);
  if (!stats) return source_error(invocation, stats.error());
  if (invocation.json()) {
    print_json(invocation.console.out, control::to_document(*stats));
  } else if (invocation.output() == "csv") {
    invocation.console.out << stats_csv(*stats);
  } else if (stats->rows.empty()) {
    invocation.console.err << fmt::format("no request was logged from {} to {}\n",
                                          format_rfc3339(stats->since),
                                          format_rfc3339(stats->until));
  } else {
    invocation.console.out << render_stats(*stats, query->by, invocation.colour_out());
  }
  tell_how_far(invocation, *stats);
  return kDone;
}

}  // namespace

constexpr Command kStats = {
    .name = "stats",
    .operands = "",
    .summary = "sum up the requests of any past window, with percentiles of latency",
    .about =
        "ERR % is the share of answers of 500 and above. Percentiles are within 3 %, the "
        "maximum is\nexact. Windows are counted in whole minutes, old ones in hours or days. By "
        "client, "
        "user and path\nthe requests themselves are counted, newest first, for two seconds at "
        "most; "
        "ids in paths are *.",
    .example =
        "gatewayctl stats --since 24h --by route\n"
        "gatewayctl stats --since 1h --compare 24h --by service\n"
        "gatewayctl stats --compare-revisions 41..42\n"
        "gatewayctl stats --since 1h --by client --top 20 -o csv\n"
        "gatewayctl stats --since 2026-01-01 --until 2026-02-01 --by service -o json",
    .options = kOptions,
    .outputs = "text json csv",
    .operand_words = "",
    .run = run,
    .group = "What was",
};

}  // namespace gateway::ctl
