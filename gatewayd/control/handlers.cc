#include "gatewayd/control/handlers.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "gatewayd/control/config_calls.h"
#include "gatewayd/control/trace_calls.h"
#include "shared/base/clock.h"
#include "shared/control/explain_message.h"
#include "shared/control/health_messages.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"
#include "shared/control/request_story.h"
#include "shared/store/reader.h"

namespace gateway::control {
namespace {

using nlohmann::json;

// Hosts and paths in the log are whatever bytes a client sent: what is no UTF-8 is replaced.
Answer data(const json& body) {
  return {200, "application/json", body.dump(-1, ' ', false, json::error_handler_t::replace), ""};
}

// Runs `question` on the request log. A reader of its own for each call: it costs a millisecond,
// and calls stay independent.
template <class Question>
Answer from_store(Backend& backend, Question question) {
  const std::string path = backend.store_path();
  if (path.empty()) return problem(404, "nothing is logged: store.path is not set");
  auto reader = store::Reader::open(path);
  if (!reader) return problem(503, reader.error().message);
  auto found = question(*reader);
  if (!found) return problem(503, found.error().message);
  return data(to_document(*found));
}

Answer logs(const Call& call, Backend& backend) {
  const auto filter = parse_log_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  return from_store(backend, [&](store::Reader& reader) { return reader.logs(*filter); });
}

Answer security(const Call& call, Backend& backend) {
  const auto filter = parse_security_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  return from_store(backend, [&](store::Reader& reader) { return reader.security(*filter); });
}

Answer stats(const Call& call, Backend& backend) {
  const auto query = parse_stats_query(call.params, SystemClock().unix_now());
  if (!query) return problem(400, query.error().message);
  return from_store(backend, [&](store::Reader& reader) { return reader.stats(*query); });
}

Answer explain(const Call& call, Backend& backend) {
  const auto request = parse_explain_request(call.body);
  if (!request) return problem(400, request.error().message);
  return data(to_document(backend.explain(*request)));
}

// The state of a service; none: the running config has no such service.
std::optional<ServiceHealth> find_service(const std::string& name, const Backend& backend) {
  HealthReport report = backend.health();
  for (ServiceHealth& service : report.services) {
    if (service.name == name) return std::move(service);
  }
  return std::nullopt;
}

Answer no_service(const std::string& name) {
  return problem(404, "the running configuration has no service \"" + name + "\"");
}

Answer service_health(const Call& call, const std::string& name, Backend& backend) {
  const auto back = parse_history(call.params);
  if (!back) return problem(400, back.error().message);
  auto service = find_service(name, backend);
  if (!service) return no_service(name);
  ServiceHealthReport report{std::move(*service), std::nullopt};
  if (!*back) return data(report);
  const std::string path = backend.store_path();
  if (path.empty()) return problem(404, "nothing is kept: store.path is not set");
  auto reader = store::Reader::open(path);
  if (!reader) return problem(503, reader.error().message);
  store::HistoryQuery query;
  query.service = name;
  query.until = SystemClock().unix_now() + 1;
  query.since = query.until - microseconds(**back).count();
  auto history = reader->history(query);
  if (!history) return problem(503, history.error().message);
  report.history = std::move(*history);
  return data(report);
}

Answer verdict_on(const BreakerVerdict& verdict) {
  return verdict.done ? data(verdict) : problem(409, verdict.message);
}

Answer reset_breaker(const Call& call, const std::string& name, Backend& backend) {
  if (!call.params.empty()) return problem(400, "this call takes no parameter");
  if (!find_service(name, backend)) return no_service(name);
  return verdict_on(backend.reset_breaker(name, call.peer));
}

Answer open_breaker(const Call& call, const std::string& name, Backend& backend) {
  const auto wanted = parse_open_breaker(call.params);
  if (!wanted) return problem(400, wanted.error().message);
  if (!find_service(name, backend)) return no_service(name);
  return verdict_on(backend.open_breaker(name, *wanted, call.peer));
}

// For Prometheus, in the form that it asks for.
Answer metrics(const Call& call, Backend& backend) {
  const auto format = policy::choose_metrics_format(call.accept);
  return {200, std::string(policy::content_type_of(format)), backend.metrics(format), ""};
}

Answer purge_cache(const Call& call, Backend& backend) {
  const auto what = parse_cache_purge(call.params);
  if (!what) return problem(400, what.error().message);
  return data(backend.purge_cache(*what, call.peer));
}

struct Endpoint {
  std::string_view method;
  std::string_view path;
  Answer (*answer)(const Call& call, Backend& backend);
};

constexpr std::array kEndpoints = {
    Endpoint{"GET", kStatusPath, [](const Call&, Backend& b) { return data(b.status()); }},
    Endpoint{"GET", kRoutesPath, [](const Call&, Backend& b) { return data(b.routes()); }},
    Endpoint{"GET", kServicesPath, [](const Call&, Backend& b) { return data(b.services()); }},
    Endpoint{"GET", kHealthPath, [](const Call&, Backend& b) { return data(b.health()); }},
    Endpoint{"GET", kBreakersPath, [](const Call&, Backend& b) { return data(b.breakers()); }},
    Endpoint{"GET", kCachePath, [](const Call&, Backend& b) { return data(b.cache()); }},
    Endpoint{"POST", kCachePurgePath, purge_cache},
    Endpoint{"GET", kLogsPath, logs},
    Endpoint{"GET", kSecurityLogPath, security},
    Endpoint{"GET", kStatsPath, stats},
    Endpoint{"GET", kMetricsPath, metrics},
    Endpoint{"POST", kExplainPath, explain},
    Endpoint{"POST", kConfigDiffPath, config_diff},
    Endpoint{"GET", kConfigDriftPath, config_drift},
    Endpoint{"POST", kConfigApplyPath, config_apply},
    Endpoint{"POST", kConfigConfirmPath, config_confirm},
    Endpoint{"GET", kConfigHistoryPath, config_history},
    Endpoint{"GET", kConfigRevisionPath, config_revision},
    Endpoint{"POST", kReloadPath,
             [](const Call& call, Backend& b) { return data(b.reload(call.peer)); }},
};

// Below kServicesPath/{name}.
struct ServiceEndpoint {
  std::string_view method;
  std::string_view end;  // of the path, after the name
  Answer (*answer)(const Call& call, const std::string& name, Backend& backend);
};

constexpr std::array kServiceEndpoints = {
    ServiceEndpoint{"GET", kServiceHealth, service_health},
    ServiceEndpoint{"POST", kBreakerReset, reset_breaker},
    ServiceEndpoint{"POST", kBreakerOpen, open_breaker},
};

// The name between kServicesPath and `end`; empty: `path` is another one.
std::string service_in(std::string_view path, std::string_view end) {
  const std::string_view begin = kServicesPath;
  if (!path.starts_with(begin) || !path.ends_with(end)) return {};
  if (path.size() < begin.size() + end.size() + 2 || path[begin.size()] != '/') return {};
  path.remove_prefix(begin.size() + 1);
  path.remove_suffix(end.size());
  return std::string(path);
}

// The id behind kRequestsPath.
std::optional<std::string> request_in(std::string_view path) {
  const std::string_view begin = kRequestsPath;
  if (!path.starts_with(begin) || path.size() < begin.size() + 2 || path[begin.size()] != '/') {
    return std::nullopt;
  }
  return std::string(path.substr(begin.size() + 1));
}

bool answers(std::string_view wanted, std::string_view method) {
  return wanted == method || (method == "HEAD" && wanted == "GET");
}

Answer wrong_method(std::string_view wanted) {
  Answer refused = problem(405, "this path answers another method");
  refused.allow = wanted == "GET" ? "GET, HEAD" : std::string(wanted);
  return refused;
}

}  // namespace

Answer handle(const Call& call, Backend& backend) {
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.path != call.path) continue;
    return answers(endpoint.method, call.method) ? endpoint.answer(call, backend)
                                                 : wrong_method(endpoint.method);
  }
  for (const ServiceEndpoint& endpoint : kServiceEndpoints) {
    const std::string name = service_in(call.path, endpoint.end);
    if (name.empty()) continue;
    return answers(endpoint.method, call.method) ? endpoint.answer(call, name, backend)
                                                 : wrong_method(endpoint.method);
  }
  if (const auto id = request_in(call.path)) {
    return answers("GET", call.method) ? request_story(call, *id, backend) : wrong_method("GET");
  }
  return problem(404, "the control API has no such path");
}

}  // namespace gateway::control
