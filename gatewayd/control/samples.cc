#include "gatewayd/control/samples.h"

#include <nlohmann/json.hpp>

#include "shared/control/audit_messages.h"
#include "shared/control/cache_messages.h"
#include "shared/control/config_messages.h"
#include "shared/control/explain_message.h"
#include "shared/control/health_messages.h"
#include "shared/control/incident.h"
#include "shared/control/limit_messages.h"
#include "shared/control/messages.h"
#include "shared/control/queries.h"
#include "shared/control/request_story.h"
#include "shared/control/upgrade_message.h"

namespace gateway::control {
namespace {

using nlohmann::json;

store::Stats one_stats() {
  store::Stats stats;
  stats.rows.emplace_back();
  return stats;
}

ServiceHealth one_service() {
  ServiceHealth service{"samples", HealthState::healthy, true, {}};
  service.peers.push_back({"http://10.0.2.11:8081", "10.0.2.11:8081", HealthState::healthy, 1,
                           "2 checks passed", 1, 900});
  return service;
}

BreakerInfo one_breaker() {
  return {"samples", "", BreakerState::open, 1, 2, "5 failures in a row", "alice"};
}

ReloadVerdict one_verdict() {
  ReloadVerdict verdict;
  verdict.diagnostics_json = R"({"format":1,"errors":0,"warnings":0,"diagnostics":[]})";
  verdict.receipt.emplace();
  return verdict;
}

store::ConfigChange one_change() {
  store::ConfigChange change;
  change.revision = change.parent = 1;
  return change;
}

}  // namespace

json sample_routes() {
  RouteInfo route;
  route.hosts = {"api.example.com"};
  route.methods = {"GET"};
  route.rewrite = "/v1/*";
  return RouteList{{route}};
}

json sample_services() {
  return ServiceList{{{"samples", {{"http://10.0.2.11:8081", {"10.0.2.11"}, 0}}}}};
}

json sample_health() {
  return HealthReport{{one_service()}};
}

json sample_service_health() {
  ServiceHealthReport report{one_service(), store::HealthHistory{}};
  report.history->changes.emplace_back();
  report.history->breakers.emplace_back();
  report.history->checks.emplace_back();
  return report;
}

json sample_breakers() {
  return BreakerList{{one_breaker()}};
}

json sample_breaker_verdict() {
  return BreakerVerdict{true, "", {one_breaker()}};
}

json sample_status() {
  GatewayStatus status;
  status.listeners.push_back({"public", "0.0.0.0:8000"});
  status.cache = CacheState{0, 0, 0, 0.1};
  ServiceState service;
  service.breaker = "closed";
  service.p50_us = service.p99_us = 1;
  status.services.push_back(service);
  return status;
}

json sample_cache() {
  return CacheReport{};
}

json sample_cache_purged() {
  return CachePurged{};
}

json sample_stats() {
  json stats = to_document(one_stats());
  stats["error_rate"] = 0.1;
  return stats;
}

json sample_log_page() {
  store::LogPage page;
  page.rows.emplace_back();
  return to_document(page);
}

json sample_security_page() {
  store::SecurityPage page;
  page.rows.emplace_back();
  return to_document(page);
}

json sample_course() {
  json step = to_document(one_stats())["total"];
  step.erase("key");
  step["time"] = "2026-01-02T03:00:00Z";
  return {{"format", 1},
          {"since", "2026-01-02T03:00:00Z"},
          {"until", "2026-01-02T03:55:00Z"},
          {"step", "5m"},
          {"steps", json::array({step})},
          {"total", {{"requests", 0}, {"errors", 0}, {"error_rate", 0.1}, {"max_us", 0}}}};
}

json sample_performance() {
  json stats = to_document(one_stats());
  stats["routes"] = stats["rows"];
  stats.erase("rows");
  return stats;
}

json sample_limit_usage() {
  LimitUsage usage;
  LimitRuleUsage& rule = usage.rules.emplace_back();
  rule.key = {"ip"};
  rule.used = rule.remaining = 1;
  rule.resets_at = 1;
  return usage;
}

json sample_explanation() {
  decision::Explanation explanation;
  explanation.lines.emplace_back();
  explanation.instances = {"http://10.0.2.11:8081"};
  explanation.fields = {"X-Request-ID: …"};
  explanation.notes = {"…"};
  return to_document(explanation);
}

json sample_story() {
  RequestStory story;
  story.row.emplace();
  return to_document(story);
}

json sample_reload_verdict() {
  return one_verdict();
}

json sample_upgrade_verdict() {
  return UpgradeVerdict{};
}

json sample_incident() {
  Incident incident;
  incident.events.emplace_back();
  return to_document(incident);
}

json sample_diff() {
  ConfigDiff diff;
  diff.files = {"gatewayd.toml"};
  diff.changes.emplace_back();
  return diff;
}

json sample_apply_verdict() {
  return ApplyVerdict{one_verdict(), std::nullopt};
}

json sample_confirm_verdict() {
  return ConfirmVerdict{42};
}

json sample_audit() {
  return AuditList{{store::AuditEntry{}}};
}

json sample_history() {
  return ConfigHistoryList{1, {one_change()}};
}

json sample_revision() {
  ConfigRevision revision;
  revision.change = one_change();
  revision.files.push_back({"gatewayd.toml", "version = 1\n"});
  revision.changes.emplace().emplace_back();
  return revision;
}

json sample_explain_request() {
  decision::ExplainRequest request;
  request.method = "GET";
  request.path = "/samples/7";
  return to_document(request);
}

json sample_config_source() {
  return to_document(ConfigSource{"candidate.toml", "version = 1\n", std::nullopt});
}

json sample_apply_request() {
  ApplyRequest request;
  request.source = {"candidate.toml", "version = 1\n", std::nullopt};
  request.message = "why";
  request.expect_revision = 41;
  request.expect_disk_sha256 = request.expect_sha256 = std::string(64, '0');
  request.confirm = std::chrono::minutes(5);
  request.guard = "5xx<1%";
  return to_document(request);
}

}  // namespace gateway::control
