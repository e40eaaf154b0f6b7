#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/log_options.h"
#include "gatewayctl/log_source.h"
#include "gatewayctl/render/views.h"
#include "shared/base/timestamp.h"
#include "shared/control/queries.h"

namespace gateway::ctl {
namespace {

constexpr UnixMicros kDefaultWindow = 86'400'000'000;

constexpr std::array kOptions = {
    Option{"--since", 0, "TIME", "from this time on: 24h (the default), 30d, 2026-01-02"},
    Option{"--until", 0, "TIME", "before this time (default: now)"},
    Option{"--by", 0, "WHAT", "a line for each route (the default), service or status",
           "route service status"},
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
  const auto by = invocation.value("--by").value_or("route");
  for (const auto known :
       {store::StatsBy::route, store::StatsBy::service, store::StatsBy::status}) {
    if (by != control::name_of(known)) continue;
    query.by = known;
    return query;
  }
  return OptionError{fmt::format("--by takes route, service or status, not \"{}\"", by)};
}

int run(const Invocation& invocation) {
  const auto query = query_from(invocation);
  if (!query) return usage_error(invocation, query.error().message);
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  const auto stats = source->stats(*query);
  if (!stats) return source_error(invocation, stats.error());
  if (invocation.json()) {
    print_json(invocation.console.out, control::to_document(*stats));
  } else if (stats->rows.empty()) {
    invocation.console.err << fmt::format("no request was logged from {} to {}\n",
                                          format_rfc3339(stats->since),
                                          format_rfc3339(stats->until));
  } else {
    invocation.console.out << render_stats(*stats, query->by, invocation.colour_out());
  }
  return kDone;
}

}  // namespace

constexpr Command kStats = {
    .name = "stats",
    .operands = "",
    .summary = "sum up the requests of any past window, with percentiles of latency",
    .about =
        "ERR % is the share of answers of 500 and above. Percentiles are within 3 %, the "
        "maximum is\nexact. Windows are counted in whole minutes, old ones in hours or days.",
    .example =
        "gatewayctl stats --since 24h --by route\n"
        "gatewayctl stats --since 2026-01-01 --until 2026-02-01 --by service -o json",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
};

}  // namespace gateway::ctl
