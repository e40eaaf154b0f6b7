#include <algorithm>
#include <array>

#include "shared/base/units.h"
#include "shared/control/incident.h"
#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"

namespace gateway::control {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 7> kKinds = {"revision", "process", "health",  "breaker",
                                                    "latency",  "errors",  "refusals"};

bool read_window(const std::string& text, IncidentQuery& query) {
  const auto window = parse_duration(text);
  if (!window || *window < kMinIncidentWindow || *window > kMaxIncidentWindow) return false;
  query.window = *window;
  return true;
}

bool read_at(const std::string& text, IncidentQuery& query) {
  const auto time = parse_rfc3339(text);
  query.at = time.value_or(0);
  return time.has_value();
}

constexpr Param<IncidentQuery> kParams[] = {
    {"at", read_at, kTakesTime},
    {"window", read_window, "a duration from 1m to 24h"},
};

// A share, a time or a number, by what the event is.
const char* value_name(IncidentKind kind) {
  if (kind == IncidentKind::errors) return "share";
  return kind == IncidentKind::latency ? "p99_us" : "a_minute";
}

json document_of(const IncidentEvent& event) {
  json out = {{"time", format_rfc3339(event.time)},
              {"precision", event.by_minute() ? "minute" : "exact"},
              {"kind", name_of(event.kind)},
              {"subject", event.subject},
              {"service", event.service},
              {"what", event.what},
              {"why", event.why},
              {"by", event.by}};
  if (!event.by_minute()) return out;
  const std::string name = value_name(event.kind);
  out["until"] = format_rfc3339(event.until);
  out["requests"] = event.requests;
  out[name] = event.value;
  out[name + "_before"] = event.before;
  return out;
}

IncidentEvent event_from(const json& in) {
  IncidentEvent event;
  std::string kind;
  read_field(in, "kind", kind);
  const auto found = std::find(kKinds.begin(), kKinds.end(), kind);
  event.kind = static_cast<IncidentKind>(found == kKinds.end() ? 0 : found - kKinds.begin());
  read_time(in, "time", event.time);
  read_time(in, "until", event.until);
  read_field(in, "subject", event.subject);
  read_field(in, "service", event.service);
  read_field(in, "what", event.what);
  read_field(in, "why", event.why);
  read_field(in, "by", event.by);
  read_field(in, "requests", event.requests);
  const std::string name = value_name(event.kind);
  read_field(in, name.c_str(), event.value);
  read_field(in, (name + "_before").c_str(), event.before);
  return event;
}

}  // namespace

std::string_view name_of(IncidentKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

Params to_params(const IncidentQuery& query) {
  return {{"at", format_rfc3339(query.at)}, {"window", format_duration(query.window)}};
}

std::vector<ParamText> incident_param_texts() {
  return texts_of(kParams);
}

Result<IncidentQuery, ParamError> parse_incident_query(const Params& params) {
  IncidentQuery query;
  if (auto wrong = read_all(params, kParams, query)) return *wrong;
  if (query.at == 0) return ParamError{"the parameter at is missing: an RFC 3339 time"};
  return query;
}

json to_document(const Incident& incident) {
  json events = json::array();
  for (const IncidentEvent& event : incident.events) events.push_back(document_of(event));
  return {{"format", kFormat},
          {"at", format_rfc3339(incident.query.at)},
          {"window_ms", incident.query.window.count()},
          {"since", format_rfc3339(incident.query.since())},
          {"until", format_rfc3339(incident.query.until())},
          {"events", std::move(events)},
          {"complete", incident.complete}};
}

Incident incident_from(const json& document) {
  Incident incident;
  read_time(document, "at", incident.query.at);
  std::int64_t window = incident.query.window.count();
  read_field(document, "window_ms", window);
  incident.query.window = milliseconds(window);
  for (const json& event : document.value("events", json::array())) {
    incident.events.push_back(event_from(event));
  }
  read_field(document, "complete", incident.complete);
  return incident;
}

}  // namespace gateway::control
