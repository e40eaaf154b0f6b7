#include "gatewayctl/render/incident_view.h"

#include <fmt/format.h>

#include "gatewayctl/render/numbers.h"
#include "gatewayctl/render/table.h"
#include "shared/base/timestamp.h"

namespace gateway::ctl {
namespace {

using control::IncidentEvent;
using control::IncidentKind;

// "2026-01-02 14:02"
std::string minute_of(UnixMicros time) {
  std::string text = format_rfc3339(time).substr(0, 16);
  text[10] = ' ';
  return text;
}

// "14:02:11.482"; of what is known by the minute alone "14:02". With the date where the window
// holds two of them.
std::string time_of(const IncidentEvent& event, bool dated) {
  std::string text = event.by_minute() ? minute_of(event.time) : format_time(event.time);
  if (!event.by_minute()) {
    text.pop_back();  // Z
    text[10] = ' ';
  }
  return dated ? text : text.substr(11);
}

std::string lasting(const IncidentEvent& event) {
  const auto minutes = (event.until - event.time) / 60'000'000;
  return minutes == 1 ? "in this minute" : fmt::format("within {} minutes", minutes);
}

std::string what_of(const IncidentEvent& event) {
  switch (event.kind) {
    case IncidentKind::latency:
      return fmt::format("p99 up to {}, before {}; {} answers {}",
                         format_latency(static_cast<std::uint64_t>(event.value)),
                         format_latency(static_cast<std::uint64_t>(event.before)),
                         format_count(event.requests), lasting(event));
    case IncidentKind::errors:
      return fmt::format("5xx up to {} %, before {} %; {} requests {}",
                         format_percent(event.value, 1), format_percent(event.before, 1),
                         format_count(event.requests), lasting(event));
    case IncidentKind::refusals:
      return fmt::format("up to {} a minute, before {}; {} {}",
                         format_count(static_cast<std::uint64_t>(event.value)),
                         format_rate(event.before), format_count(event.requests), lasting(event));
    default:
      break;
  }
  std::string text = event.what;
  if (!event.by.empty()) text += ", by " + event.by;
  if (!event.why.empty()) text += ": " + event.why;
  return text;
}

Colour colour_of(const IncidentEvent& event) {
  if (event.kind == IncidentKind::errors) return Colour::red;
  if (event.by_minute()) return Colour::yellow;
  if (event.what.starts_with("unhealthy") || event.what.starts_with("open")) return Colour::red;
  if (event.what.starts_with("healthy") || event.what.starts_with("closed")) return Colour::green;
  return Colour::none;
}

}  // namespace

std::string render_incident(const control::Incident& incident, bool colour) {
  const UnixMicros since = incident.query.since();
  const UnixMicros until = incident.query.until();
  std::string text = fmt::format("{} to {} UTC\n", minute_of(since), minute_of(until));
  if (incident.events.empty()) {
    return text + "nothing stands out: no change, no failure, no burst of refusals\n";
  }
  const bool dated = minute_of(since).substr(0, 10) != minute_of(until - 1).substr(0, 10);
  Table table({"TIME", "WHAT", "OF", "HOW"});
  for (const IncidentEvent& event : incident.events) {
    const bool elsewhere = event.kind == IncidentKind::health ||
                           (event.kind == IncidentKind::breaker && event.subject != event.service);
    table.add({time_of(event, dated),
               name_of(event.kind),
               elsewhere ? fmt::format("{} ({})", event.service, event.subject) : event.subject,
               {what_of(event), colour_of(event)}});
  }
  return text + table.render(colour) +
         fmt::format("Next: gatewayctl logs --since {} --until {} --status 5xx\n",
                     format_rfc3339(since), format_rfc3339(until));
}

}  // namespace gateway::ctl
