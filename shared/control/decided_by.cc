#include "shared/control/decided_by.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "shared/base/breaker_state.h"
#include "shared/base/health_state.h"
#include "shared/base/timestamp.h"

namespace gateway::control {
namespace {

using decision::ExplainLine;
using decision::KeptTrace;

constexpr UnixMicros kSecond = 1'000'000;
constexpr UnixMicros kDay = 86'400 * kSecond;
constexpr std::size_t kNamedInstances = 3;

// "14:01:58"; with the day in front when that is not the day of `near`.
std::string clock_text(UnixMicros time, UnixMicros near) {
  const std::string text = format_rfc3339(time);
  constexpr std::size_t kDate = 10;  // of "2026-01-02T03:04:05.678901Z"
  const std::string clock = text.substr(kDate + 1, 8);
  return time / kDay == near / kDay ? clock : text.substr(0, kDate) + " " + clock;
}

const ExplainLine* refusing_line(const KeptTrace& trace) {
  for (const ExplainLine& line : trace.lines) {
    if (line.kind == ExplainLine::Kind::refused) return &line;
  }
  return nullptr;
}

// "limit mine (gatewayd.toml:12): 1 of 1 used, passes again in 60m".
std::string step_text(const ExplainLine& line, const KeptTrace& trace) {
  std::string text = line.label;
  if (line.label == "limit") text += " " + line.summary;
  if (!line.place.empty() && line.label != "route") text += fmt::format(" ({})", line.place);
  text += ": ";
  if (line.label == "limit") {
    text += line.remark;
    if (!line.detail.empty()) text += fmt::format(", counted by {}", line.detail);
    return text;
  }
  if (line.label == "route") return text + line.detail;
  text += line.summary;
  if (!line.detail.empty()) text += fmt::format(", {}", line.detail);
  if (!line.remark.empty()) text += fmt::format(", {}", line.remark);
  if (!trace.route.empty()) text += fmt::format(" (route {})", trace.route);
  return text;
}

std::string breaker_text(const KeptTrace& trace, store::Reader& reader) {
  std::string text = fmt::format("breaker of service {}: open", trace.service);
  const UnixMicros until = trace.time + trace.total_us;
  const auto last = reader.breaker_before(trace.service, until);
  if (!last || !*last || (*last)->to == name_of(BreakerState::closed)) return text;
  const store::BreakerChangeEntry& change = **last;
  if (change.to != name_of(BreakerState::open)) {
    text = fmt::format("breaker of service {}: {}", trace.service, change.to);
  }
  text += fmt::format(" since {}", clock_text(change.time, trace.time));
  if (!change.reason.empty()) text += fmt::format(" ({})", change.reason);
  if (!change.by.empty()) text += fmt::format(", by {}", change.by);
  return text;
}

std::string health_text(const KeptTrace& trace, store::Reader& reader) {
  std::string text = fmt::format("health of service {}: no instance is up", trace.service);
  store::HistoryQuery query;
  query.service = trace.service;
  query.until = trace.time + trace.total_us + 1;
  query.since = query.until - kDay;
  const auto history = reader.history(query);
  if (!history) return text;
  std::map<std::string, const store::HealthChangeEntry*> last;  // by address
  for (const auto& change : history->changes) last[change.address] = &change;
  std::size_t named = 0;
  for (const auto& [address, change] : last) {
    if (change->to != name_of(HealthState::unhealthy) || named == kNamedInstances) continue;
    text += fmt::format("{} {} since {} ({})", named++ == 0 ? ":" : ",", address,
                        clock_text(change->time, trace.time), change->reason);
  }
  return text;
}

// "cache: fresh (route catalogue)"; of several looks the last.
std::string cache_text(const KeptTrace& trace) {
  const auto last = std::find_if(trace.lines.rbegin(), trace.lines.rend(),
                                 [](const ExplainLine& line) { return line.label == "cache"; });
  return last == trace.lines.rend() ? trace.decider : step_text(*last, trace);
}

// The last attempt, and how many there were before it.
std::string upstream_text(const KeptTrace& trace) {
  std::string text = fmt::format("service {}", trace.service);
  const auto told = std::find_if(trace.attempts.rbegin(), trace.attempts.rend(),
                                 [](const auto& attempt) { return !attempt.lost; });
  if (told == trace.attempts.rend()) return text + fmt::format(": {}", trace.decider);
  const bool answered = told->outcome == "upstream";
  text += answered ? fmt::format(": {} answered {}", told->address, told->status)
                   : fmt::format(": {} at {}", told->outcome, told->address);
  if (told->address.empty()) text += told->instance;
  if (trace.attempts.size() > 1) text += fmt::format(", after {} attempts", trace.attempts.size());
  return text;
}

}  // namespace

std::string decided_by(const KeptTrace& trace, store::Reader& reader) {
  if (trace.decider == "breaker-open") return breaker_text(trace, reader);
  if (trace.decider == "no-instance") return health_text(trace, reader);
  if (trace.decider == "upstream" || trace.decider.starts_with("upstream-")) {
    if (trace.decider != "upstream-busy") return upstream_text(trace);
  }
  if (trace.decider == "cache") return cache_text(trace);
  if (const ExplainLine* line = refusing_line(trace)) return step_text(*line, trace);
  std::string text = trace.decider;
  if (!trace.reason.empty()) text += ": " + trace.reason;
  if (trace.decider == "respond" || trace.decider == "maintenance") {
    text += fmt::format(" (route {})", trace.route);
  }
  return text;
}

}  // namespace gateway::control
