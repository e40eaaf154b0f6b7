#include "shared/control/messages.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace gateway::control;
using nlohmann::json;

TEST_CASE("a status is read back as it was written") {
  GatewayStatus status;
  status.version = "1.2.3";
  status.started_at = 1'767'323'045'000'000;
  status.revision = 42;
  status.error_rate = 0.25;
  status.log = {80, 1, 2, true, "disk full", 3, 4};
  status.listeners = {{"public", "0.0.0.0:8000"}};
  status.cache = CacheState{3, 1'024, 4'096, 0.5};
  status.services = {{"rag", "unknown", "open", 1, 0, 2.5, 100, {}, 7}};
  const json document = status;
  CHECK(document["format"] == 1);
  CHECK(document["started_at"] == "2026-01-02T03:04:05Z");
  CHECK(document["services"][0]["p99_us"] == nullptr);
  CHECK(document["cache"]["max_bytes"] == 4'096);
  CHECK(document["cache"]["hit_share"] == 0.5);
  CHECK(document["log"]["dropped_events"] == 3);
  CHECK(document["log"]["suppressed_events"] == 4);
  CHECK(document["log"]["last_error"] == "disk full");
  const json again = document.get<GatewayStatus>();
  CHECK(again == document);
}

TEST_CASE("routes and services are read back as they were written") {
  RouteList routes;
  routes.routes = {{"samples",
                    {"a.example"},
                    "/samples/*",
                    {"GET"},
                    "samples",
                    "/v1/*",
                    3,
                    false,
                    "gatewayd.toml",
                    41}};
  const json written = routes;
  CHECK(written["routes"][0]["line"] == 41);
  CHECK(json(written.get<RouteList>()) == written);

  ServiceList services;
  services.services = {{"samples", {{"http://s:80", {"10.0.0.1", "::1"}, 4}}}};
  const json listed = services;
  CHECK(listed["services"][0]["instances"][0]["addresses"][1] == "::1");
  CHECK(json(listed.get<ServiceList>()) == listed);
}

TEST_CASE("a verdict nests its diagnostics") {
  ReloadVerdict verdict;
  verdict.revision = 41;
  verdict.message = "gatewayd.toml:14:11 unknown-service";
  verdict.diagnostics_json = R"({"errors":1})";
  const json document = verdict;
  CHECK(document["diagnostics"]["errors"] == 1);
  CHECK(json(document.get<ReloadVerdict>()) == document);
  verdict.diagnostics_json = "";
  CHECK(json(verdict)["diagnostics"] == nullptr);
  CHECK_FALSE(json(verdict).contains("kept"));
  CHECK_FALSE(json(verdict).get<ReloadVerdict>().receipt);
}

TEST_CASE("a verdict carries its receipt beside its other fields") {
  ReloadVerdict verdict;
  verdict.accepted = true;
  verdict.receipt.emplace();
  verdict.receipt->connections = 1204;
  verdict.receipt->breakers_total = 6;
  verdict.receipt->reset = {{"limit everyone", "it is gone"}};
  verdict.receipt->draining = {{"10.0.2.15:8000", 3}, {"listener", {}}};
  const json document = verdict;
  CHECK(document["kept"]["connections"] == 1204);
  CHECK(document["kept"]["breakers_total"] == 6);
  CHECK(document["reset"][0]["why"] == "it is gone");
  CHECK(document["draining"][0]["requests"] == 3);
  CHECK(document["draining"][1]["requests"] == nullptr);
  CHECK(json(document.get<ReloadVerdict>()) == document);
}

TEST_CASE("a missing field keeps its default, an unknown one is passed over, a wrong type throws") {
  const auto status =
      json::parse(R"({"version":"9","later":true,"services":null})").get<GatewayStatus>();
  CHECK(status.version == "9");
  CHECK(status.revision == 0);
  CHECK(status.services.empty());
  CHECK_THROWS_AS(json::parse(R"({"version":9})").get<GatewayStatus>(), json::exception);
  CHECK_THROWS_AS(json::parse(R"({"services":7})").get<GatewayStatus>(), json::exception);
}
