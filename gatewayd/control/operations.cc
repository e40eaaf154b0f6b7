#include <nlohmann/json.hpp>

#include "gatewayd/control/config_calls.h"
#include "gatewayd/control/endpoint.h"
#include "gatewayd/control/incident_calls.h"
#include "gatewayd/control/samples.h"
#include "gatewayd/control/service_calls.h"
#include "gatewayd/control/store_answer.h"
#include "gatewayd/control/trace_calls.h"
#include "shared/control/audit_messages.h"
#include "shared/control/cache_messages.h"
#include "shared/control/config_messages.h"
#include "shared/control/explain_message.h"
#include "shared/control/health_messages.h"
#include "shared/control/incident.h"
#include "shared/control/messages.h"
#include "shared/control/request_story.h"
#include "shared/control/upgrade_message.h"

// What gatewayctl asks beside the other rooms.
namespace gateway::control {
namespace {

Answer explain(const Call& call, Backend& backend) {
  const auto request = parse_explain_request(call.body);
  if (!request) return problem(400, request.error().message);
  return json_answer(to_document(backend.explain(*request)));
}

// For Prometheus, in the form that it asks for.
Answer metrics(const Call& call, Backend& backend) {
  const auto format = policy::choose_metrics_format(call.accept);
  return {200, std::string(policy::content_type_of(format)), backend.metrics(format)};
}

Answer purge_cache(const Call& call, Backend& backend) {
  const auto what = parse_cache_purge(call.params);
  if (!what) return problem(400, what.error().message);
  return json_answer(backend.purge_cache(*what, call.peer));
}

Answer audit(const Call& call, Backend& backend) {
  const auto filter = parse_audit_filter(call.params);
  if (!filter) return problem(400, filter.error().message);
  const std::string path = backend.store_path();
  if (path.empty()) return nothing_logged();
  auto log = store::AuditLog::open(path);
  if (!log) return problem(503, log.error().message);
  auto found = log->entries(*filter);
  if (!found) return problem(503, found.error().message);
  return json_answer(AuditList{std::move(*found)});
}

constexpr Endpoint kEndpoints[] = {
    {.method = "GET",
     .path = kStatusPath,
     .summary = "Tell what runs, since when, and how it does.",
     .reply = {200, "The status.", sample_status},
     .answer = [](const Call&, Backend& b) { return json_answer(b.status()); }},
    {.method = "GET",
     .path = kMetricsPath,
     .summary = "All metrics, as Prometheus text or, where it is accepted, as OpenMetrics.",
     .reply = {200, "The metrics.", nullptr, "text/plain"},
     .answer = metrics},
    {.method = "GET",
     .path = kBreakersPath,
     .summary = "List the breakers of all services.",
     .reply = {200, "The breakers.", sample_breakers},
     .answer = [](const Call&, Backend& b) { return json_answer(b.breakers()); }},
    {.method = "POST",
     .path = "/api/v1/gateway/services/{name}/breaker/reset",
     .role = Role::operates,
     .changes = true,
     .summary = "Close the breakers of a service.",
     .reply = {200, "The breakers as they are now.", sample_breaker_verdict},
     .answer = reset_breaker},
    {.method = "POST",
     .path = "/api/v1/gateway/services/{name}/breaker/open",
     .role = Role::operates,
     .changes = true,
     .summary = "Keep requests from a service for a while.",
     .params = open_breaker_texts,
     .reply = {200, "The breakers as they are now.", sample_breaker_verdict},
     .answer = open_breaker},
    {.method = "GET",
     .path = kCachePath,
     .summary = "Tell what the cache keeps, and what became of requests that it may answer.",
     .reply = {200, "The figures.", sample_cache},
     .answer = [](const Call&, Backend& b) { return json_answer(b.cache()); }},
    {.method = "POST",
     .path = kCachePurgePath,
     .role = Role::operates,
     .changes = true,
     .summary = "Drop the kept answers that fit all parameters.",
     .params = cache_purge_texts,
     .reply = {200, "How many there were.", sample_cache_purged},
     .answer = purge_cache},
    {.method = "POST",
     .path = kExplainPath,
     .summary = "Tell every decision about a request that is not sent.",
     .body = "ExplainRequest",
     .max_body = kMaxBody,
     .reply = {200, "The decisions.", sample_explanation},
     .answer = explain},
    {.method = "GET",
     .path = "/api/v1/gateway/requests/{id}",
     .summary = "Tell what is known of a request that came, and why it ended as it did.",
     .reply = {200, "Its row and its decisions.", sample_story},
     .answer = request_story},
    {.method = "POST",
     .path = kReloadPath,
     .role = Role::operates,
     .changes = true,
     .summary = "Read the configuration's files again, and wait for the verdict.",
     .reply = {200, "The verdict.", sample_reload_verdict},
     .answer = [](const Call& call, Backend& b) { return json_answer(b.reload(call.peer)); }},
    // It stops the program that answers.
    {.method = "POST",
     .path = kUpgradePath,
     .role = Role::admin,
     .changes = true,
     .summary = "Hand over to the program that is installed now.",
     .reply = {200, "The verdict.", sample_upgrade_verdict},
     .answer = [](const Call& call, Backend& b) { return json_answer(b.upgrade(call.peer)); }},
    {.method = "GET",
     .path = kIncidentPath,
     .summary = "Tell what happened around a time, in one timeline, causes before effects.",
     .params = incident_param_texts,
     .reply = {200, "The timeline.", sample_incident},
     .answer = incident},
    {.method = "GET",
     .path = kAuditPath,
     .summary = "List the calls that changed something or were to, with who made them, newest "
                "first.",
     .params = audit_param_texts,
     .reply = {200, "The calls.", sample_audit},
     .answer = audit},
    // A candidate may name variables and files that its author could not read himself.
    {.method = "POST",
     .path = kConfigDiffPath,
     .role = Role::admin,
     .summary = "Tell how a configuration differs from the one that serves.",
     .body = "ConfigSource",
     .max_body = kMaxConfigBody,
     .reply = {200, "The differences.", sample_diff},
     .answer = config_diff},
    {.method = "GET",
     .path = kConfigDriftPath,
     .summary = "Tell which edits of the files do not serve yet.",
     .reply = {200, "The differences.", sample_diff},
     .answer = config_drift},
    {.method = "POST",
     .path = kConfigApplyPath,
     .role = Role::admin,
     .changes = true,
     .summary = "Put a whole configuration in the place of the one that serves.",
     .body = "ApplyRequest",
     .max_body = kMaxConfigBody,
     .reply = {200, "The verdict.", sample_apply_verdict},
     .answer = config_apply},
    {.method = "POST",
     .path = kConfigConfirmPath,
     .role = Role::admin,
     .changes = true,
     .summary = "Keep a change that would go back by itself.",
     .reply = {200, "The revision that is kept.", sample_confirm_verdict},
     .answer = config_confirm},
    {.method = "GET",
     .path = kConfigHistoryPath,
     .summary = "List the changes of the configuration, newest first.",
     .params = config_history_texts,
     .reply = {200, "The changes.", sample_history},
     .answer = config_history},
    {.method = "GET",
     .path = kConfigRevisionPath,
     .summary = "Tell one change with its texts, secrets masked.",
     .params = config_revision_texts,
     .reply = {200, "The change.", sample_revision},
     .answer = config_revision},
};

}  // namespace

std::span<const Endpoint> operation_endpoints() {
  return kEndpoints;
}

}  // namespace gateway::control
