#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "gatewayctl/commands.h"
#include "gatewayctl/log_options.h"
#include "gatewayctl/log_source.h"
#include "gatewayctl/render/incident_view.h"
#include "gatewayctl/time_argument.h"
#include "shared/base/units.h"

namespace gateway::ctl {
namespace {

constexpr std::array kOptions = {
    Option{"--at", 0, "TIME",
           "the time it was about: 14:02 (today or yesterday), \"2026-01-02 14:02\", 2h (ago)"},
    Option{"--window", 0, "DURATION", "how far before and after (default: 10m)", "5m 10m 30m 1h"},
    Option{"--db", 0, "FILE", "read this database file; no daemon is needed"},
};

int run(const Invocation& invocation) {
  control::IncidentQuery query;
  const UnixMicros now = invocation.console.now();
  const auto at = invocation.value("--at");
  if (!at) return usage_error(invocation, "--at is missing: when was it?");
  const auto time = parse_moment_argument(*at, now);
  if (!time) {
    return usage_error(
        invocation,
        fmt::format("--at takes a time of day (14:02, UTC), {}, not \"{}\"", kTakesTime, *at));
  }
  if (*time > now) return usage_error(invocation, "--at lies in the future");
  query.at = *time;
  if (const auto window = invocation.value("--window")) {
    const auto wanted = parse_duration(*window);
    if (!wanted || *wanted < control::kMinIncidentWindow || *wanted > control::kMaxIncidentWindow) {
      return usage_error(invocation, fmt::format("--window takes a duration from 1m to 24h, not "
                                                 "\"{}\"",
                                                 *window));
    }
    query.window = *wanted;
  }
  auto source = LogSource::open(invocation);
  if (!source) return source_error(invocation, source.error());
  const auto incident = source->incident(query);
  if (!incident) return source_error(invocation, incident.error());
  if (invocation.json()) {
    print_json(invocation.console.out, control::to_document(*incident));
  } else {
    invocation.console.out << render_incident(*incident, invocation.colour_out());
  }
  if (!incident->complete) {
    invocation.console.err << "some of this time is no longer kept, or is more than is shown: see "
                              "[store], or take a shorter --window\n";
  }
  return kDone;
}

}  // namespace

constexpr Command kIncident = {
    .name = "incident",
    .operands = "",
    .summary = "show what happened around a time: changes, failures, refusals, in one timeline",
    .about =
        "Changes of the configuration, starts, health, breakers, and the minutes in which a "
        "service's 5xx,\nits p99 or a rule's refusals stood out from the half hour before. What is "
        "known by the minute\nalone has no seconds, and stands behind what of that minute may have "
        "caused it. Times are UTC.",
    .example =
        "gatewayctl incident --at 14:02\n"
        "gatewayctl incident --at 2026-01-02T14:02:00Z --window 30m\n"
        "gatewayctl incident --at 2h -o json | jq '.events[] | select(.kind == \"revision\")'",
    .options = kOptions,
    .outputs = "text json",
    .operand_words = "",
    .run = run,
    .group = "What was",
};

}  // namespace gateway::ctl
