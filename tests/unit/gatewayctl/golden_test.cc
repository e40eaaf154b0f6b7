// Compares what commands print of fixed values with the files of tests/golden/ctl.
// GATEWAYD_UPDATE_GOLDEN=1 writes them anew, to be read before they are committed.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "gatewayctl/render/change_views.h"
#include "gatewayctl/render/health_views.h"
#include "gatewayctl/render/incident_view.h"
#include "gatewayctl/render/test_report.h"
#include "gatewayctl/render/views.h"
#include "tests/unit/gatewayctl/screen.h"

using namespace gateway;
using namespace gateway::ctl;

namespace {

void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(GATEWAYD_TESTS_DIR "/golden/ctl/") + name + ".txt";
  if (std::getenv("GATEWAYD_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::stringstream expected;
  expected << std::ifstream(path, std::ios::binary).rdbuf();
  CAPTURE(name);
  CHECK(text == expected.str());
}

control::GatewayStatus some_status() {
  control::GatewayStatus status;
  status.version = "1.0.0";
  status.uptime_s = 3 * 86'400 + 4 * 3'600;
  status.revision = 42;
  status.config_sha256 = "4f1c" + std::string(60, '0');
  status.applied_at = Screen::kNow - 2 * 3'600'000'000LL;
  status.applied_by = "root";
  status.workers = 2;
  status.connections = 1'204;
  status.requests_per_second = 412.3;
  status.error_rate = 0.002;
  status.log.lag_ms = 80;
  status.services = {
      {"auth", "healthy", "closed", 1, 1, 31.2, 1'900, 8'200, 0},
      {"samples", "degraded", "closed", 2, 1, 210.4, 3'200, 41'000, 12},
      {"rag", "unhealthy", "open 41s", 1, 0, 0, {}, {}, 0},
      {"storage", "unknown", {}, 1, 1, 0.4, 850, 2'100'000, 0},
  };
  return status;
}

store::LogRow some_row() {
  store::LogRow row;
  row.id = *parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  row.time = Screen::kNow + 482'000;
  row.method = "GET";
  row.host = "api.example.com";
  row.path = "/samples/7";
  row.query = "page=2,3";
  row.client = "203.0.113.9";
  row.user = "u-17";
  row.route = "samples";
  row.service = "samples";
  row.instance = "http://10.0.2.11:8081";
  row.decider = "upstream";
  row.status = 200;
  row.revision = 42;
  row.bytes_out = 512;
  row.total_us = 2'400;
  row.upstream_us = 2'100;
  return row;
}

}  // namespace

TEST_CASE("golden: status") {
  check_golden("status", render_status(some_status(), Screen::kNow, false));
  check_golden("status-colour", render_status(some_status(), Screen::kNow, true));
  auto caching = some_status();
  caching.services.clear();
  caching.cache = control::CacheState{12'034, 35'546'112, 64 * 1024 * 1024, 0.8714};
  check_golden("status-cache", render_status(caching, Screen::kNow, false));
  caching.cache = control::CacheState{0, 0, 64 * 1024 * 1024, {}};
  check_golden("status-cache-new", render_status(caching, Screen::kNow, false));
  auto suspended = some_status();
  suspended.log = {1'500, 1'000, 234, true, "database or disk is full\x1b[2J"};
  suspended.services.clear();
  suspended.log.dropped_events = 5;
  check_golden("status-log-suspended", render_status(suspended, Screen::kNow, false));
}

TEST_CASE("golden: routes and services") {
  control::RouteList routes;
  routes.routes = {
      {"login", {}, "/auth/login", {"POST"}, "auth", "/api/v1/login", 0, true, "gatewayd.toml", 41},
      {"samples",
       {"api.example.com", "*.example.org"},
       "/samples/*",
       {"GET", "POST"},
       "samples",
       {},
       10,
       true,
       "conf.d/samples.toml",
       3},
      {"legacy", {}, "/old/*", {}, "samples", {}, -1, false, "gatewayd.toml", 60},
  };
  check_golden("routes", render_routes(routes, false));
  control::ServiceList services;
  services.services = {
      {"samples", {{"http://samples.internal:8081", {"10.0.2.11", "fd00::11"}, 12}}},
      {"rag", {{"http://rag.internal:8000", {}, 0}}},
  };
  check_golden("services", render_services(services, false));
}

TEST_CASE("golden: stats") {
  store::Stats stats;
  stats.rows = {{"samples", 1'284'004, 1'412, 0, 0, 4'000, 3'100, 9'800, 14'000, 48'000, 2'100'000},
                {"", 12, 12, 0, 0, 90, 88, 97, 97, 97, 99}};
  stats.total = {"total", 1'284'016, 1'424, 0, 0, 4'000, 3'100, 9'800, 14'000, 48'000, 2'100'000};
  check_golden("stats", render_stats(stats, store::StatsBy::route, false));
  stats.rows = {{"5xx", 3, 3, 0, 0, 1, 1, 1, 1, 1, 1}};
  check_golden("stats-one-row", render_stats(stats, store::StatsBy::status, false));
}

TEST_CASE("golden: log rows") {
  auto refused = some_row();
  refused.status = 503;
  refused.decider = "upstream-connect";
  refused.retries = 2;
  refused.user = refused.query = "";
  auto hostile = some_row();
  hostile.path = "/\x1b[2J\x1b]0;owned\x07";
  hostile.host = "evil\xe2\x80\xae.example\xff";
  hostile.status = 404;
  hostile.route = hostile.service = hostile.instance = "";
  hostile.decider = "no-route";
  std::string text;
  std::string csv = csv_header();
  for (const auto& row : {some_row(), refused}) csv += csv_row(row);
  for (const auto& row : {some_row(), refused, hostile}) text += render_log_row(row, false);
  check_golden("logs", text);
  check_golden("logs-csv", csv);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("golden: security events") {
  store::SecurityLogRow blocked;
  blocked.id = parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60");
  blocked.time = Screen::kNow + 482'000;
  blocked.kind = "threat";
  blocked.rule = "sqli-union-select";
  blocked.client = "203.0.113.9";
  blocked.user = "u-17";
  blocked.method = "GET";
  blocked.host = "api.example.com";
  blocked.path = "/samples/7";
  blocked.route = "samples";
  blocked.detail = "q: 1, UNION SELECT \"***\"";
  auto observed = blocked;
  observed.action = store::SecurityAction::observed;
  observed.kind = "rate-limited";
  observed.rule = "per-ip";
  observed.user = observed.detail = "";
  store::SecurityLogRow many;
  many.time = Screen::kNow + 60'000'000;
  many.kind = "rate-limited";
  many.rule = "per-ip";
  many.client = "203.0.113.9";
  many.count = 12'345;
  many.detail = "suppressed 12345";
  auto hostile = blocked;
  hostile.path = "/\x1b[2J\x1b]0;owned\x07";
  hostile.detail = "\xe2\x80\xae\xff";
  std::string text;
  std::string csv = security_csv_header();
  for (const auto& row : {blocked, observed, many}) csv += csv_row(row);
  for (const auto& row : {blocked, observed, many, hostile}) {
    text += render_security_row(row, false);
  }
  check_golden("logs-security", text);
  check_golden("logs-security-csv", csv);
  check_golden("logs-security-colour",
               render_security_row(blocked, true) + render_security_row(observed, true));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("golden: an explanation") {
  using Kind = decision::ExplainLine::Kind;
  decision::Explanation sent;
  sent.lines = {
      {Kind::passed, "route", "samples", "/samples/*", "", "gatewayd.toml:41"},
      {Kind::passed, "", "passed over: login (method), everything_else (priority)", "", "", ""},
      {Kind::passed, "cors", "not a cross-origin request", "", "", ""},
      {Kind::passed, "limit", "everyone", "ip 203.0.113.9", "12 of 500 used, window ends in 31m",
       "gatewayd.toml:20"},
      {Kind::passed, "auth", "jwt ok", "sub=u-17 roles=[lab]", "expires in 2h", ""},
      {Kind::passed, "access", "roles lab ∈ [lab, admin]", "", "", ""},
      {Kind::passed, "rewrite", "/samples/7 → /api/v1/7", "", "", ""},
      {Kind::passed, "service", "samples", "breaker closed, 2 of 2 instances healthy", "", ""},
  };
  sent.outcome = decision::Explanation::Outcome::forward;
  sent.method = "GET";
  sent.target = "/api/v1/7";
  sent.instances = {"http://10.0.2.11:8081"};
  check_golden("explain", render_explanation(sent, false));

  decision::Explanation refused;
  refused.lines = {
      {Kind::passed, "route", "samples", "/samples/*", "", "gatewayd.toml:41"},
      {Kind::observed, "threats", "sqli", "observed", "a quote: \x1b[2J\xe2\x80\xae", ""},
      {Kind::refused, "limit", "everyone", "ip 203.0.113.9", "500 of 500 used, passes again in 31m",
       ""},
  };
  refused.outcome = decision::Explanation::Outcome::answer;
  refused.status = 429;
  refused.decider = "rate-limited";
  refused.reason = "Too many requests: try again after a while.";
  refused.fields = {"Retry-After: 1860", "X-RateLimit-Limit: 500"};
  check_golden("explain-refused", render_explanation(refused, false));
  check_golden("explain-refused-colour", render_explanation(refused, true));
  CHECK(render_explanation(refused, false).find('\x1b') == std::string::npos);

  decision::Explanation broken;
  broken.lines = {
      {Kind::passed, "route", "samples", "/samples/*", "", "gatewayd.toml:41"},
      {Kind::refused, "service", "samples", "breaker open for 12s more, 1 of 2 instances healthy",
       "", "gatewayd.toml:12"},
  };
  broken.outcome = decision::Explanation::Outcome::answer;
  broken.status = 503;
  broken.decider = "breaker-open";
  broken.reason = "The service has failed too often and is given a pause.";
  broken.fields = {"Retry-After: 12"};
  check_golden("explain-breaker", render_explanation(broken, false));

  decision::Explanation open;
  open.lines = {{Kind::open, "auth", "jwt", "would ask service auth at /validate", "", ""}};
  open.reason = "would ask service auth at /validate";
  check_golden("explain-open", render_explanation(open, false));

  sent.lines.clear();
  for (int i = 0; i < 5; ++i) sent.instances.push_back("http://10.0.2.11:900" + std::to_string(i));
  CHECK(render_explanation(sent, false) ==
        "would send GET /api/v1/7 to one of http://10.0.2.11:8081, http://10.0.2.11:9000, "
        "http://10.0.2.11:9001, http://10.0.2.11:9002 and 2 more\n");
}

TEST_CASE("golden: health and its timeline") {
  constexpr UnixMicros kSecond = 1'000'000;
  control::ServiceHealth samples{"samples", HealthState::degraded, true, {}};
  samples.peers = {
      {"http://a.internal:8081", "10.0.2.11:8081", HealthState::healthy,
       Screen::kNow - 7'200 * kSecond, "2 checks passed", Screen::kNow - 12 * kSecond, 3'140},
      {"http://b.internal:8081", "10.0.2.12:8081", HealthState::unhealthy,
       Screen::kNow - 41 * kSecond, "3 checks failed, last: status 503\x1b[2J",
       Screen::kNow - 3 * kSecond, 850}};
  control::ServiceHealth rag{"rag", HealthState::unknown, false, {}};
  rag.peers = {{"http://rag.internal:8000", "", HealthState::unknown, 0, "", {}, {}}};
  const control::ServiceHealth none{"none", HealthState::unknown, false, {}};
  check_golden("health", render_health({{samples, rag, none}}, Screen::kNow, false));
  check_golden("health-colour", render_health({{samples}}, Screen::kNow, true));

  control::ServiceHealthReport report{samples, store::HealthHistory{}};
  check_golden("health-unchanged", render_service_health(report, Screen::kNow, false));
  report.history->complete = false;
  report.history->changes = {
      {Screen::kNow - 60 * kSecond, "samples", "http://b.internal:8081", "10.0.2.12:8081",
       "healthy", "degraded", "1 check failed, last: timeout"},
      {Screen::kNow - 41 * kSecond, "samples", "http://b.internal:8081", "10.0.2.12:8081",
       "degraded", "unhealthy", "3 checks failed, last: status 503"}};
  report.history->breakers = {{Screen::kNow - 50 * kSecond,
                               "samples",
                               "",
                               "closed",
                               "open",
                               "5 failures in a row",
                               {*parse_uuid("0192f3c4-8a10-7c3e-9d5e-1b2c3d4e5f60")},
                               ""},
                              {Screen::kNow - 30 * kSecond,
                               "samples",
                               "http://b.internal:8081",
                               "open",
                               "closed",
                               "",
                               {},
                               "root"}};
  report.history->checks = {{"samples", "http://a.internal:8081", 2'880, 0, 3'140, 48'000},
                            {"samples", "http://b.internal:8081", 2'868, 12, 4'000, 5'000'000}};
  check_golden("health-history", render_service_health(report, Screen::kNow, false));
  CHECK(render_service_health(report, Screen::kNow, false).find('\x1b') == std::string::npos);
}

TEST_CASE("golden: breakers") {
  constexpr UnixMicros kSecond = 1'000'000;
  control::BreakerList list;
  list.breakers = {{"auth", "", BreakerState::closed, 0, {}, "", ""},
                   {"rag", "", BreakerState::open, Screen::kNow - 41 * kSecond,
                    Screen::kNow + 19 * kSecond, "5 failures in a row, last: connect refused", ""},
                   {"samples",
                    "http://a.internal:8081",
                    BreakerState::half_open,
                    Screen::kNow - 2 * kSecond,
                    {},
                    "moving",
                    "root"}};
  check_golden("breakers", render_breakers(list, Screen::kNow, false));
  check_golden("breakers-colour", render_breakers(list, Screen::kNow, true));
}

TEST_CASE("golden: verdicts of an upgrade") {
  control::UpgradeVerdict verdict;
  verdict.accepted = true;
  verdict.process = 1234;
  verdict.version = "1.1.0";
  verdict.before_process = 1200;
  verdict.before_version = "1.0.0";
  CHECK(render_upgrade(verdict) == "gatewayd 1.1.0 (process 1234) serves\n");
  verdict.connections = 1'204;
  verdict.drain_timeout_ms = 30'000;
  CHECK(render_upgrade(verdict) ==
        "gatewayd 1.1.0 (process 1234) serves\n"
        "  draining: gatewayd 1.0.0 (process 1200), 1,204 connections, for at most 30 s\n");
  verdict.accepted = false;
  verdict.process = 1200;
  verdict.report = "error[unknown-key]: \x1b[31m\n  --> gatewayd.toml:3:1\n";
  verdict.message = "gatewayd 1.1.0 does not accept gatewayd.toml";
  CHECK(render_upgrade(verdict) ==
        "error[unknown-key]: \\x1b[31m\n  --> gatewayd.toml:3:1\n"
        "rejected: gatewayd 1.1.0 does not accept gatewayd.toml\n"
        "gatewayd 1.0.0 (process 1200) goes on serving\n");
}

TEST_CASE("golden: verdicts of a reload") {
  control::ReloadVerdict verdict;
  verdict.accepted = true;
  verdict.revision = 42;
  verdict.workers = 2;
  verdict.took_ms = 12;
  CHECK(render_verdict(verdict) == "revision 42 is live on 2 workers (12 ms)\n");
  verdict.workers = 1;
  CHECK(render_verdict(verdict) == "revision 42 is live on 1 worker (12 ms)\n");
  verdict.receipt.emplace();
  CHECK(render_verdict(verdict) ==
        "revision 42 is live on 1 worker (12 ms)\n  kept: 0 connections\n");
  verdict.receipt->connections = 1204;
  verdict.receipt->limit_counters = 318;
  verdict.receipt->breakers = verdict.receipt->breakers_total = 6;
  verdict.receipt->reset = {{"limit everyone", "it is gone"}};
  verdict.receipt->draining = {{"10.0.2.15:8000", 3}, {"listener [::1]:80\x1b", {}}};
  CHECK(render_verdict(verdict) ==
        "revision 42 is live on 1 worker (12 ms)\n"
        "  kept: 1,204 connections, 318 limit counters, 6 of 6 breakers\n"
        "  reset: limit everyone (it is gone)\n"
        "  draining: 10.0.2.15:8000 (3 requests in flight)\n"
        "  draining: listener [::1]:80\\x1b\n");
  verdict.accepted = false;
  verdict.revision = 41;
  verdict.message = "gatewayd.toml:14:11 unknown-service";
  CHECK(render_verdict(verdict) ==
        "rejected: gatewayd.toml:14:11 unknown-service; revision 41 keeps serving\n");
}

namespace {

control::ConfigDiff some_diff() {
  using config::ChangeKind;
  using config::Effect;
  control::ConfigDiff diff;
  diff.from = "running (revision 41)";
  diff.to = "candidate.toml";
  diff.changes = {
      {ChangeKind::changed, "routes.samples.limits", "[\"per_user\"]",
       "[\"per_user\", \"burst_guard\"]", "[\"per_user\"] → [\"per_user\", \"burst_guard\"]",
       Effect::live},
      {ChangeKind::added, "limits.burst_guard", "", "", "", Effect::live, "starts empty"},
      {ChangeKind::changed, "services.rag.instances", "", "", "- http://10.0.2.15:8000",
       Effect::drains},
      {ChangeKind::removed, "routes.legacy", "", "", "", Effect::live},
      {ChangeKind::changed, "auth.jwt.secret", "", "", "changed (a91c → 77fe)", Effect::live},
      {ChangeKind::changed, "gateway.workers", "1", "2", "1 → 2", Effect::restart},
      {ChangeKind::changed, "routes.hostile\x1b[2J", "", "", std::string(300, 'x') + "\x07",
       Effect::live},
  };
  return diff;
}

control::ConfigHistoryList some_history() {
  using enum store::ConfigVerdict;
  constexpr UnixMicros kMinute = 60'000'000;
  const auto change = [](std::int64_t id, UnixMicros time, std::uint32_t revision, std::string by,
                         std::string cause, std::string message, store::ConfigVerdict verdict,
                         std::string reason) {
    store::ConfigChange made;
    made.id = id;
    made.time = time;
    made.revision = revision;
    made.parent = revision > 0 ? revision - 1 : 0;
    made.sha256 = "4f1c" + std::string(60, '0');
    made.by = std::move(by);
    made.cause = std::move(cause);
    made.message = std::move(message);
    made.verdict = verdict;
    made.reason = std::move(reason);
    return made;
  };
  return {42,
          {change(60, Screen::kNow - 5 * kMinute, 42, "ann", "apply", "retire /legacy", live, ""),
           change(59, Screen::kNow - 20 * kMinute, 0, "root", "reload", "", rejected,
                  "gatewayd.toml:14:11 unknown-service"),
           change(58, Screen::kNow - 90 * kMinute, 41, "bob", "apply", "tight \x1b[2J limits",
                  rolled_back, "it was not confirmed in time"),
           change(57, Screen::kNow - 3000 * kMinute, 40, "start", "start", "", live, "")}};
}

TestReport some_tests() {
  TestReport report;
  TestedFile file;
  file.path = "shop.test.toml";
  file.config = "shop.toml";
  file.suite.emplace();
  file.suite->config = "shop.toml";
  for (const char* name : {"a customer reads an order", "a stranger does not"}) {
    suite::Test test;
    test.name = name;
    test.request.method = "GET";
    test.request.authority = "api.example.com";
    test.request.path = "/orders/7";
    test.request.client = *parse_ip("203.0.113.9");
    file.suite->tests.push_back(test);
  }
  file.findings.files = {{"shop.test.toml", "[[test]]\nname = \"a\"\nexpect = { status = 401 }\n"}};
  suite::Ran failed;
  failed.failures = {{"status", "401", "200", {0, 3, 21, 3}}};
  failed.explanation.lines = {
      {decision::ExplainLine::Kind::passed, "route", "orders", "/orders/*", "", "shop.toml:12"}};
  failed.explanation.outcome = decision::Explanation::Outcome::forward;
  failed.explanation.method = "GET";
  failed.explanation.target = "/orders/7";
  failed.explanation.instances = {"http://10.0.2.11:8081"};
  file.runs = {suite::Ran{}, failed};
  report.files.push_back(std::move(file));
  report.configs = {{"shop.toml", {3, {"legacy", "rag"}}}};
  return report;
}

}  // namespace

TEST_CASE("golden: a diff") {
  const control::ConfigDiff diff = some_diff();
  const std::string next = "gatewayctl apply candidate.toml";
  check_golden("diff", render_diff(diff, next, false));
  check_golden("diff-colour", render_diff(diff, next, true));
  CHECK(render_diff(diff, next, false).find('\x1b') == std::string::npos);
  control::ConfigDiff same = diff;
  same.changes.clear();
  check_golden("diff-none", render_diff(same, next, false));
  same.files = {"gatewayd.toml", "conf.d/limits.toml"};
  check_golden("diff-text-only", render_diff(same, next, false));
}

TEST_CASE("golden: the history, and one revision of it") {
  const control::ConfigHistoryList list = some_history();
  check_golden("history", render_history(list, Screen::kNow, false));
  check_golden("history-colour", render_history(list, Screen::kNow, true));
  control::ConfigRevision revision{
      list.changes[0], {{"gatewayd.toml", "version = 1\n\x1b[2J\n"}}, some_diff().changes};
  check_golden("history-show", render_revision(revision, false, false));
  check_golden("history-show-text", render_revision(revision, true, false));
  revision.changes.reset();
  check_golden("history-show-nothing", render_revision(revision, false, false));
}

TEST_CASE("golden: tests of a configuration, in each form") {
  const TestReport report = some_tests();
  check_golden("test", render_tests(report, false));
  check_golden("test-colour", render_tests(report, true));
  check_golden("test-json", tests_document(report).dump(2) + "\n");
  check_golden("test-junit", tests_junit(report));
  check_golden("test-github", tests_github(report));
}

TEST_CASE("golden: an incident") {
  using Kind = control::IncidentKind;
  constexpr UnixMicros kSecond = 1'000'000;
  constexpr UnixMicros kAt = 1'767'362'520 * kSecond;  // 2026-01-02 14:02
  control::Incident incident;
  incident.query = {kAt, milliseconds(600'000)};
  check_golden("incident-nothing", render_incident(incident, false));
  incident.events = {
      {kAt - 3 * kSecond, 0, Kind::revision, "42", "", "live (apply)", "shorter timeouts", "ann"},
      {kAt, kAt + 60 * kSecond, Kind::latency, "samples", "samples", "", "", "", 1'200, 480'000,
       12'000},
      {kAt, kAt + 300 * kSecond, Kind::errors, "samples", "samples", "", "", "", 6'100, 0.34,
       0.001},
      {kAt + 11 * kSecond + 482'000, 0, Kind::health, "http://10.0.2.11:8081", "samples",
       "unhealthy, was healthy", "3 checks failed, last: timeout\x1b[2J", ""},
      {kAt + 13 * kSecond, 0, Kind::breaker, "samples", "samples", "open, was closed",
       "5 failures in a row", ""},
      {kAt + 60 * kSecond, kAt + 120 * kSecond, Kind::refusals, "rate-limited per_user", "", "", "",
       "", 812, 812, 3.5},
      {kAt + 130 * kSecond, 0, Kind::process, "gatewayd", "", "started", "version 1.0.0, process 7",
       ""},
  };
  check_golden("incident", render_incident(incident, false));
  check_golden("incident-colour", render_incident(incident, true));
  CHECK(render_incident(incident, false).find('\x1b') == std::string::npos);
  incident.query.window = milliseconds(86'400'000);
  check_golden("incident-two-days", render_incident(incident, false));
}
