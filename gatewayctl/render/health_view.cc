#include <fmt/format.h>

#include <algorithm>

#include "gatewayctl/render/health_views.h"
#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"

namespace gateway::ctl {
namespace {

constexpr const char* kNothing = "–";

Colour colour_of(std::string_view state) {
  if (state == "healthy" || state == "closed") return Colour::green;
  if (state == "degraded" || state == "half-open") return Colour::yellow;
  return state == "unhealthy" || state == "open" ? Colour::red : Colour::dim;
}

std::uint64_t seconds_between(UnixMicros from, UnixMicros to) {
  return static_cast<std::uint64_t>(std::max<UnixMicros>(to - from, 0)) / 1'000'000;
}

std::string ago(UnixMicros time, UnixMicros now) {
  return time == 0 ? kNothing : format_ago(seconds_between(time, now));
}

std::string or_nothing(const std::string& text) {
  return text.empty() ? kNothing : text;
}

void add_service(Table& table, const control::ServiceHealth& service, UnixMicros now) {
  const Cell state{name_of(service.state), colour_of(name_of(service.state))};
  if (service.peers.empty()) return table.add({service.name, state});
  bool first = true;
  for (const control::PeerHealth& peer : service.peers) {
    table.add({first ? service.name : std::string(),
               first ? state : Cell{""},
               peer.instance,
               or_nothing(peer.address),
               {name_of(peer.state), colour_of(name_of(peer.state))},
               ago(peer.since, now),
               ago(peer.checked_at.value_or(0), now),
               peer.latency_us ? format_latency(*peer.latency_us) : kNothing,
               or_nothing(peer.reason)});
    first = false;
  }
}

Table health_table() {
  return Table({"SERVICE", "HEALTH", "INSTANCE", "ADDRESS", "STATE", "SINCE", "CHECKED", "LATENCY",
                "REASON"});
}

// A line of the timeline: a change of health or of a breaker.
struct Line {
  UnixMicros time;
  std::string what;
  std::string from;
  std::string to;
  std::string reason;
};

std::string breaker_reason(const store::BreakerChangeEntry& entry) {
  std::string text = entry.reason;
  if (!entry.by.empty()) text += fmt::format("{}by {}", text.empty() ? "" : ", ", entry.by);
  for (std::size_t i = 0; i < entry.requests.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "; requests " : ", ", to_string(entry.requests[i]));
  }
  return text;
}

std::string render_timeline(const store::HealthHistory& history, bool colour) {
  std::vector<Line> lines;
  for (const auto& entry : history.changes) {
    lines.push_back({entry.time, fmt::format("{} ({})", entry.instance, entry.address), entry.from,
                     entry.to, entry.reason});
  }
  for (const auto& entry : history.breakers) {
    lines.push_back({entry.time,
                     entry.instance.empty() ? "breaker" : "breaker of " + entry.instance,
                     entry.from, entry.to, breaker_reason(entry)});
  }
  if (lines.empty()) return "nothing has changed\n";
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.time < b.time; });
  Table table({"TIME", "WHAT", "FROM", "TO", "REASON"});
  for (const Line& line : lines) {
    table.add({format_time(line.time),
               line.what,
               line.from,
               {line.to, colour_of(line.to)},
               or_nothing(line.reason)});
  }
  return (history.complete ? "" : "older changes are left out\n") + table.render(colour);
}

std::string render_checks(const std::vector<store::CheckSum>& checks, bool colour) {
  if (checks.empty()) return {};
  Table table({"INSTANCE", "CHECKS", "FAILED", "MEAN", "MAX"});
  for (const store::CheckSum& sum : checks) {
    table.add({sum.instance,
               format_count(sum.passed + sum.failed),
               {format_count(sum.failed), sum.failed > 0 ? Colour::red : Colour::none},
               format_latency(sum.mean_us),
               format_latency(sum.max_us)});
  }
  return "\n" + table.render(colour);
}

}  // namespace

std::string render_health(const control::HealthReport& report, UnixMicros now, bool colour) {
  Table table = health_table();
  for (const control::ServiceHealth& service : report.services) add_service(table, service, now);
  return table.render(colour);
}

std::string render_service_health(const control::ServiceHealthReport& report, UnixMicros now,
                                  bool colour) {
  Table table = health_table();
  add_service(table, report.service, now);
  std::string text = table.render(colour);
  if (!report.history) return text;
  return text + "\n" + render_timeline(*report.history, colour) +
         render_checks(report.history->checks, colour);
}

std::string render_breakers(const control::BreakerList& list, UnixMicros now, bool colour) {
  Table table({"SERVICE", "INSTANCE", "BREAKER", "SINCE", "OPEN FOR", "REASON", "BY"});
  for (const control::BreakerInfo& breaker : list.breakers) {
    const bool open = breaker.state == BreakerState::open && breaker.until;
    table.add({breaker.service,
               or_nothing(breaker.instance),
               {name_of(breaker.state), colour_of(name_of(breaker.state))},
               ago(breaker.since, now),
               open ? format_span(seconds_between(now, *breaker.until)) : kNothing,
               or_nothing(breaker.reason),
               or_nothing(breaker.by)});
  }
  return table.render(colour);
}

}  // namespace gateway::ctl
