#include "shared/control/health_messages.h"

#include <algorithm>

#include "shared/base/units.h"
#include "shared/control/json_fields.h"
#include "shared/control/messages.h"
#include "shared/control/params.h"
#include "shared/control/percent_encoded.h"

namespace gateway::control {

using nlohmann::json;

namespace {

json time_or_null(UnixMicros time) {
  return time == 0 ? json(nullptr) : json(format_rfc3339(time));
}

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

// A state that is not known here, of a newer gatewayd, reads as the first.
template <class State, std::size_t N>
void read_state(const json& in, const std::array<std::string_view, N>& names, State& state) {
  std::string text;
  read_field(in, "state", text);
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) state = static_cast<State>(found - names.begin());
}

void read_optional_time(const json& in, const char* key, std::optional<UnixMicros>& out) {
  UnixMicros time = 0;
  read_time(in, key, time);
  if (time != 0) out = time;
}

}  // namespace

static void to_json(json& out, const PeerHealth& peer) {
  out = {{"instance", peer.instance},
         {"address", peer.address},
         {"state", name_of(peer.state)},
         {"since", time_or_null(peer.since)},
         {"reason", peer.reason},
         {"checked_at", time_or_null(peer.checked_at.value_or(0))},
         {"latency_us", or_null(peer.latency_us)}};
}

static void from_json(const json& in, PeerHealth& peer) {
  read_field(in, "instance", peer.instance);
  read_field(in, "address", peer.address);
  read_state(in, kHealthStateNames, peer.state);
  read_time(in, "since", peer.since);
  read_field(in, "reason", peer.reason);
  read_optional_time(in, "checked_at", peer.checked_at);
  read_field(in, "latency_us", peer.latency_us);
}

static void to_json(json& out, const ServiceHealth& service) {
  out = {{"name", service.name},
         {"state", name_of(service.state)},
         {"checked", service.checked},
         {"peers", service.peers}};
}

static void from_json(const json& in, ServiceHealth& service) {
  read_field(in, "name", service.name);
  read_state(in, kHealthStateNames, service.state);
  read_field(in, "checked", service.checked);
  read_field(in, "peers", service.peers);
}

static void to_json(json& out, const BreakerInfo& breaker) {
  out = {{"service", breaker.service},
         {"instance", breaker.instance.empty() ? json(nullptr) : json(breaker.instance)},
         {"state", name_of(breaker.state)},
         {"since", time_or_null(breaker.since)},
         {"until", time_or_null(breaker.until.value_or(0))},
         {"reason", breaker.reason},
         {"by", breaker.by.empty() ? json(nullptr) : json(breaker.by)}};
}

static void from_json(const json& in, BreakerInfo& breaker) {
  read_field(in, "service", breaker.service);
  read_field(in, "instance", breaker.instance);
  read_state(in, kBreakerStateNames, breaker.state);
  read_time(in, "since", breaker.since);
  read_optional_time(in, "until", breaker.until);
  read_field(in, "reason", breaker.reason);
  read_field(in, "by", breaker.by);
}

std::string service_path(std::string_view service, std::string_view what) {
  return std::string(kServicesPath) + "/" + percent_encoded(service) + std::string(what);
}

std::string breaker_text(const BreakerInfo& breaker, UnixMicros now) {
  std::string text(name_of(breaker.state));
  if (breaker.state != BreakerState::open || breaker.since == 0) return text;
  const UnixMicros open_for = std::max<UnixMicros>(now - breaker.since, 0);
  const seconds whole(open_for / 1'000'000);
  return text + " " + (whole == seconds(0) ? "0s" : format_duration(whole));
}

void to_json(json& out, const HealthReport& report) {
  out = {{"format", kFormat}, {"services", report.services}};
}

void from_json(const json& in, HealthReport& report) {
  read_field(in, "services", report.services);
}

void to_json(json& out, const ServiceHealthReport& report) {
  out = {{"format", kFormat}, {"service", report.service}};
  out["history"] = report.history ? to_document(*report.history) : json(nullptr);
  if (report.history) out["history"].erase("format");  // the report says it
}

void from_json(const json& in, ServiceHealthReport& report) {
  read_field(in, "service", report.service);
  const auto history = in.find("history");
  if (history != in.end() && history->is_object()) report.history = history_from(*history);
}

void to_json(json& out, const BreakerList& list) {
  out = {{"format", kFormat}, {"breakers", list.breakers}};
}

void from_json(const json& in, BreakerList& list) {
  read_field(in, "breakers", list.breakers);
}

void to_json(json& out, const BreakerVerdict& verdict) {
  out = {{"format", kFormat},
         {"done", verdict.done},
         {"message", verdict.message},
         {"breakers", verdict.breakers}};
}

void from_json(const json& in, BreakerVerdict& verdict) {
  read_field(in, "done", verdict.done);
  read_field(in, "message", verdict.message);
  read_field(in, "breakers", verdict.breakers);
}

namespace {

bool within(std::optional<milliseconds> value, milliseconds least, milliseconds most,
            milliseconds& out) {
  if (!value || *value < least || *value > most) return false;
  out = *value;
  return true;
}

constexpr Param<OpenBreaker> kOpenParams[] = {
    {"for",
     [](const auto& t, OpenBreaker& o) {
       return within(parse_duration(t), kMinOpenFor, kMaxOpenFor, o.open_for);
     },
     "a duration of 1s to 30d"},
    {"reason",
     [](const auto& t, OpenBreaker& o) {
       return t.size() <= kMaxOpenReason && assign_text(t, o.reason);
     },
     "up to 500 bytes of text"},
};

struct HistoryParam {
  std::optional<milliseconds> back;
};
constexpr Param<HistoryParam> kHistoryParams[] = {
    {"history",
     [](const auto& t, HistoryParam& p) {
       p.back.emplace();
       return within(parse_duration(t), milliseconds(1), kMaxHistory, *p.back);
     },
     "a duration of up to 3650d"},
};

}  // namespace

Params to_params(const OpenBreaker& wanted) {
  Params params{{"for", format_duration(wanted.open_for)}};
  if (!wanted.reason.empty()) params.emplace_back("reason", wanted.reason);
  return params;
}

Result<OpenBreaker, ParamError> parse_open_breaker(const Params& params) {
  OpenBreaker wanted;
  if (auto wrong = read_all(params, kOpenParams, wanted)) return *wrong;
  if (wanted.open_for == milliseconds{}) return ParamError{"the parameter for is missing"};
  return wanted;
}

Result<std::optional<milliseconds>, ParamError> parse_history(const Params& params) {
  HistoryParam param;
  if (auto wrong = read_all(params, kHistoryParams, param)) return *wrong;
  return param.back;
}

std::vector<ParamText> open_breaker_texts() {
  return texts_of(kOpenParams);
}
std::vector<ParamText> history_param_texts() {
  return texts_of(kHistoryParams);
}

}  // namespace gateway::control
