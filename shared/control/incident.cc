#include "shared/control/incident.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "shared/base/timestamp.h"
#include "shared/control/incident_bursts.h"
#include "shared/store/reader.h"

namespace gateway::control {
namespace {

constexpr UnixMicros kMinute = 60'000'000;
// A start and its revision, or several instances that go down, are one cause.
constexpr UnixMicros kAtOnce = 1'000'000;
constexpr UnixMicros kNever = std::numeric_limits<UnixMicros>::max();

UnixMicros micros(milliseconds time) {
  return microseconds(time).count();
}

IncidentEvent event_at(UnixMicros time, IncidentKind kind, std::string subject) {
  IncidentEvent event;
  event.time = time;
  event.kind = kind;
  event.subject = std::move(subject);
  return event;
}

IncidentEvent event_of(const store::ConfigChange& change) {
  const std::string number = change.revision == 0 ? "(none)" : std::to_string(change.revision);
  IncidentEvent event = event_at(change.time, IncidentKind::revision, number);
  event.what = fmt::format("{} ({})", store::name_of(change.verdict), change.cause);
  event.why = change.message;
  if (!change.reason.empty()) event.why += (event.why.empty() ? "" : "; ") + change.reason;
  event.by = change.by;
  return event;
}

IncidentEvent event_of(const store::HealthChangeEntry& change) {
  IncidentEvent event = event_at(change.time, IncidentKind::health, change.instance);
  event.service = change.service;
  event.what = fmt::format("{}, was {}", change.to, change.from);
  event.why = change.reason;
  return event;
}

IncidentEvent event_of(const store::BreakerChangeEntry& change) {
  IncidentEvent event = event_at(change.time, IncidentKind::breaker,
                                 change.instance.empty() ? change.service : change.instance);
  event.service = change.service;
  event.what = fmt::format("{}, was {}", change.to, change.from);
  event.why = change.reason;
  event.by = change.by;
  return event;
}

IncidentEvent event_of(const store::ProcessEvent& process, bool clean_before) {
  using Kind = store::ProcessEvent::Kind;
  IncidentEvent event = event_at(process.time, IncidentKind::process, "gatewayd");
  event.what = process.kind == Kind::stopped     ? "stopped"
               : process.kind == Kind::took_over ? "took over from the one before"
                                                 : "started";
  event.why = fmt::format("version {}, process {}", process.version, process.pid);
  if (process.kind == Kind::started && !clean_before) {
    event.why += "; the one before did not end cleanly";
  }
  return event;
}

// A start follows a stop, unless what ran before was killed. Of the first in the window nobody
// knows.
void add_processes(const std::vector<store::ProcessEvent>& processes, UnixMicros since,
                   std::vector<IncidentEvent>& out) {
  const store::ProcessEvent* before = nullptr;
  for (const store::ProcessEvent& process : processes) {
    const bool clean = before == nullptr || before->kind == store::ProcessEvent::Kind::stopped;
    if (process.time >= since) out.push_back(event_of(process, clean));
    before = &process;
  }
}

bool goes_down(const IncidentEvent& health) {
  return !health.what.starts_with("healthy");
}

// Whether `event`, of a known moment, may be why `burst` began.
bool may_cause(const IncidentEvent& event, const IncidentEvent& burst) {
  switch (event.kind) {
    case IncidentKind::revision:
    case IncidentKind::process:
      return true;
    case IncidentKind::health:
      return event.service == burst.service && goes_down(event);
    case IncidentKind::breaker:
      return event.service == burst.service && !event.by.empty();
    default:
      return false;
  }
}

// Whether it is what `burst` leads to.
bool may_follow(const IncidentEvent& event, const IncidentEvent& burst) {
  return event.kind == IncidentKind::breaker && event.by.empty() &&
         event.service == burst.service && event.what.starts_with("open");
}

// When, within its first minute, a burst is taken to begin: with its first possible cause and those
// at once with it, or with its first effect if that was earlier.
UnixMicros begin_of(const IncidentEvent& burst, const std::vector<IncidentEvent>& moments) {
  std::vector<UnixMicros> causes;
  UnixMicros effect = kNever;
  for (const IncidentEvent& event : moments) {
    if (event.time < burst.time || event.time >= burst.time + kMinute) continue;
    if (may_cause(event, burst)) causes.push_back(event.time);
    if (may_follow(event, burst)) effect = std::min(effect, event.time);
  }
  if (causes.empty()) return effect == kNever ? burst.time : effect;
  const UnixMicros first = *std::min_element(causes.begin(), causes.end());
  UnixMicros cause = first;
  for (const UnixMicros time : causes) {
    if (time - first < kAtOnce) cause = std::max(cause, time);
  }
  return std::min(cause, effect);
}

// Of what begins at once: causes, then bursts, then their effects.
int rank_of(const IncidentEvent& event) {
  if (event.by_minute()) return 1;
  return event.kind == IncidentKind::breaker && event.by.empty() ? 2 : 0;
}

std::vector<IncidentEvent> arrange(std::vector<IncidentEvent> moments,
                                   std::vector<IncidentEvent> bursts) {
  struct Placed {
    UnixMicros begin;
    IncidentEvent event;
  };
  std::vector<Placed> placed;
  for (IncidentEvent& burst : bursts) {
    const UnixMicros begin = begin_of(burst, moments);
    placed.push_back({begin, std::move(burst)});
  }
  for (IncidentEvent& event : moments) placed.push_back({event.time, std::move(event)});
  std::stable_sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    const int ranks[] = {rank_of(a.event), rank_of(b.event)};
    if (ranks[0] != ranks[1]) return ranks[0] < ranks[1];
    return a.event.kind < b.event.kind;
  });
  std::vector<IncidentEvent> events;
  for (Placed& item : placed) events.push_back(std::move(item.event));
  return events;
}

}  // namespace

UnixMicros IncidentQuery::since() const {
  const UnixMicros begin = std::max<UnixMicros>(at - micros(window), 0);
  return begin - begin % kMinute;
}

UnixMicros IncidentQuery::until() const {
  const UnixMicros end = at + micros(window) + kMinute - 1;
  return end - end % kMinute;
}

Incident tell_incident(const IncidentQuery& query, const IncidentFacts& facts) {
  Incident incident;
  incident.query = query;
  const UnixMicros since = query.since();
  const UnixMicros until = query.until();
  std::vector<IncidentEvent> moments;
  for (const store::ConfigChange& change : facts.changes) {
    if (change.time >= since && change.time < until) moments.push_back(event_of(change));
  }
  add_processes(facts.minutes.processes, since, moments);
  for (const auto& change : facts.history.changes) moments.push_back(event_of(change));
  for (const auto& change : facts.history.breakers) moments.push_back(event_of(change));
  incident.events = arrange(std::move(moments), find_bursts(facts.minutes, since, until));
  incident.complete = facts.minutes.complete && facts.history.complete;
  if (incident.events.size() > kMaxIncidentEvents) {
    incident.events.resize(kMaxIncidentEvents);
    incident.complete = false;
  }
  return incident;
}

Result<Incident, store::QueryError> tell_incident(const std::string& path,
                                                  const IncidentQuery& query) {
  auto reader = store::Reader::open(path);
  if (!reader) return store::QueryError{reader.error().message};
  IncidentFacts facts;
  auto minutes = reader->minutes(query.since() - micros(kIncidentBaseline), query.until());
  if (!minutes) return minutes.error();
  facts.minutes = std::move(*minutes);
  store::HistoryQuery wanted;
  wanted.since = query.since();
  wanted.until = query.until();
  wanted.limit = kMaxIncidentEvents;
  auto history = reader->history(wanted);
  if (!history) return history.error();
  facts.history = std::move(*history);
  auto configs = store::ConfigHistory::open_to_read(path);
  if (!configs) return store::QueryError{configs.error().message};
  auto changes = configs->changes(store::kMaxConfigChanges);
  if (!changes) return changes.error();
  facts.changes = std::move(*changes);
  return tell_incident(query, facts);
}

}  // namespace gateway::control
