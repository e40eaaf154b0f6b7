#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/control/queries.h"
#include "shared/store/config_history.h"
#include "shared/store/health_logs.h"
#include "shared/store/minutes.h"

namespace gateway::control {

// GET kIncidentPath: what happened around a time, in one timeline.
inline constexpr char kIncidentPath[] = "/api/v1/gateway/incident";

inline constexpr milliseconds kIncidentWindow{600'000};  // before and after, unless told otherwise
inline constexpr milliseconds kMinIncidentWindow{60'000};
inline constexpr milliseconds kMaxIncidentWindow{86'400'000};
// What is usual is taken from so long before the window.
inline constexpr milliseconds kIncidentBaseline{1'800'000};
// Events of an incident that are told at most: the earliest.
inline constexpr std::size_t kMaxIncidentEvents = 1000;

struct IncidentQuery {
  UnixMicros at = 0;
  milliseconds window = kIncidentWindow;  // before and after `at`

  // In whole minutes, as requests are counted.
  UnixMicros since() const;
  UnixMicros until() const;  // exclusive
};

enum class IncidentKind : std::uint8_t {
  revision,  // a change of the configuration, or one that was rejected
  process,   // the gateway started or stopped
  health,    // an instance's health changed
  breaker,   // a breaker moved
  latency,   // p99 of a service's good answers rose
  errors,    // many more 5xx of a service than usual
  refusals,  // many more refusals by one rule than usual
};

// One line of the timeline.
struct IncidentEvent {
  UnixMicros time = 0;   // of what is known by the minute alone: the minute's start
  UnixMicros until = 0;  // end of its last minute, of such; else 0
  IncidentKind kind = IncidentKind::revision;
  std::string subject;  // "42", "samples", "http://10.0.2.11:8081", "rate-limited per_user"
  std::string service;  // of health, breaker, latency and errors
  std::string what;     // "live", "unhealthy, was healthy"
  std::string why;      // a reason, a message; may be empty
  std::string by;       // who did it; may be empty

  // Of latency, errors and refusals.
  std::uint64_t requests = 0;  // all of the service in these minutes; of refusals: how many
  double value = 0;            // worst minute: p99 in µs; share of 5xx; refusals a minute
  double before = 0;           // the same, before the window

  bool by_minute() const { return until != 0; }
};

struct Incident {
  IncidentQuery query;
  std::vector<IncidentEvent> events;  // causes before effects
  bool complete = true;               // false: some of it is no longer kept, or more than is told
};

// What the database knows of a window and of the time before it.
struct IncidentFacts {
  store::MinuteFigures minutes;  // from kIncidentBaseline before since() on
  store::HealthHistory history;
  std::vector<store::ConfigChange> changes;
};

// The timeline of the facts. Pure. What is known by the minute alone stands behind what of that
// minute may have caused it (a change of the configuration, a start, an instance that went down),
// and before what it causes (a breaker that opens by itself).
Incident tell_incident(const IncidentQuery& query, const IncidentFacts& facts);

// The same from the database at `path`.
Result<Incident, store::QueryError> tell_incident(const std::string& path,
                                                  const IncidentQuery& query);

std::string_view name_of(IncidentKind kind);

Params to_params(const IncidentQuery& query);
Result<IncidentQuery, ParamError> parse_incident_query(const Params& params);
nlohmann::json to_document(const Incident& incident);
// Missing fields keep their defaults; throws nlohmann::json::exception for a field of another type.
Incident incident_from(const nlohmann::json& document);

}  // namespace gateway::control
